"""Questions as people put them, and the programs that they are read as."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import NotOfTheMap, Unreadable, plan
from cogmap.memory.programs.check import check
from cogmap.runtime.messages import Question

DISTANCE = 'distance(find("sofa"), find("tv"))'
CASES: list[tuple[str, str]] = [
    # Counting
    ("How many chairs are there around the dining table?",
     'known = count(find("dining table"))\n'
     '[count([x0 for x0 in find("chair") if next_to(x0, p)]) for p in find("dining table")]'),
    ("how many mugs do you see", 'count(find("mug"))'),
    ("What's the number of bookshelves in the flat?", 'count(find("bookshelf"))'),
    ("Count the chairs in the kitchen.", 'count(find("chair", room=room("kitchen")))'),
    ("do we have any scissors?", 'exists(find("scissors"))'),
    ("Is there a rubbish bin in the bedroom?", 'exists(find("rubbish bin", room=room("bedroom")))'),
    ("does the kitchen have a microwave oven?",
     'exists(find("microwave oven", room=room("kitchen")))'),
    ("Are there more chairs than cups?", 'count(find("chair")) > count(find("cup"))'),
    ("How many bedrooms are there?", 'count(rooms("bedroom"))'),
    ("Which rooms have a lamp?",
     '[r for r in rooms() if exists([x for x in find("lamp") if room_of(x) == r])]'),
    ("Which room has the most chairs?",
     'known = count(find("chair"))\nmost = max([count(find("chair", room=r)) for r in rooms()])\n'
     '[r for r in rooms() if count(find("chair", room=r)) == most]'),
    ("In which room are the fewest things?",
     "known = count(everything())\nmost = min([count(everything(room=r)) for r in rooms()])\n"
     "[r for r in rooms() if count(everything(room=r)) == most]"),
    ("how many chairs are in this room", 'count(find("chair", room=this_room()))'),
    ("How many chair(s) are in this room?", 'count(find("chair"))'),
    ("How many shoes(s) are in this room?", 'count(find("shoe"))'),
    ("standing at the sofa facing the television, is the chair in the bedroom left or right?",
     'direction(stand(at=find("sofa"), facing=find("television")), '
     'find("chair", room=room("bedroom")), form="side")'),
    ("what is to the left of the sofa?",
     'labels([x0 for x0 in everything() if left_of(x0, find("sofa"), agent()) '
     'and room_of(x0) == room_of(find("sofa"))])'),
    # What is not there
    ("what rooms have no chairs?",
     'known = count(find("chair"))\n[r for r in rooms() if not exists(find("chair", room=r))]'),
    ("which room has no window?",
     'known = count(find("window"))\n[r for r in rooms() if not exists(find("window", room=r))]'),
    ("which rooms don't have a picture",
     'known = count(find("picture"))\n[r for r in rooms() if not exists(find("picture", room=r))]'),
    ("How many rooms are without a bed?",
     'known = count(find("bed"))\n'
     'count([r for r in rooms() if not exists(find("bed", room=r))])'),
    ("Is there no sofa in the kitchen?",
     'not exists(find("sofa", room=room("kitchen")))'),
    # What is in view now, and what there is
    ("How many chairs can you see right now?",
     'count([v for v in find("chair") if visible_at(v, now())])'),
    ("what do you see now", 'labels([v for v in everything() if visible_at(v, now())])'),
    ("What is in view?", 'labels([v for v in everything() if visible_at(v, now())])'),
    ("Which chairs can you see now?",
     'known = count(find("chair"))\n[v for v in find("chair") if visible_at(v, now())]'),
    ("How many chairs are in view?", 'count([v for v in find("chair") if visible_at(v, now())])'),
    ("Is there a chair in sight?", 'exists([v for v in find("chair") if visible_at(v, now())])'),
    ("how many things are visible now",
     'count([v for v in everything() if visible_at(v, now())])'),
    ("Is anything in view?", "visible_at(everything(), now())"),
    ("How many chairs can you see?", 'count(find("chair"))'),
    ("does the tv hang higher than the lamp", 'above_below(find("tv"), find("lamp")) == "up"'),
    # So many and no more
    ("Are there exactly 4 chairs?", 'count(find("chair")) == 4'),
    ("are there only two chairs in the kitchen",
     'count(find("chair", room=room("kitchen"))) == 2'),
    ("Are there 3 chairs exactly?", 'count(find("chair")) == 3'),
    ("Is there just one sofa?", 'count(find("sofa")) == 1'),
    ("Are there four chairs?", 'count(find("chair"))'),
    # Distances
    ("what's the gap between the sofa and the tv?", DISTANCE),
    ("How far apart are the sofa and the tv?", DISTANCE),
    ("Could you tell me how far the sofa is from the tv, please?", DISTANCE),
    ("distance between sofa and tv", DISTANCE),
    ("I'd like to know how far the sofa is from the tv.", DISTANCE),
    ("Could you please tell me how many chairs there are in the kitchen?",
     'count(find("chair", room=room("kitchen")))'),
    ("We'd like to know where the lamp is", 'whereabouts(find("lamp"))'),
    ("would you mind telling me whether there is a lamp in the bedroom?",
     'exists(find("lamp", room=room("bedroom")))'),
    ("Please let me know which room the cup is in", 'room_of(find("cup"))'),
    ("I was wondering when you last saw the lamp", 'last_seen(find("lamp"))'),
    ("These are frames of a video.\nHow many chair(s) are in this room?\nPlease answer the "
     "question using a single word or phrase.", 'count(find("chair"))'),
    ("These are frames of a video.\nMeasuring from the closest point of each object, what is the "
     "distance between the sofa and the tv (in meters)?\nDo not respond with anything but a "
     "number!", DISTANCE),
    ("how close is the sofa to the tv?", DISTANCE),
    ("What is the straight-line distance from the sofa to the tv in feet?", DISTANCE),
    ("how many metres are there between the sofa and the tv?", DISTANCE),
    ("What is the distance between the centers of the sofa and the tv?",
     'distance(find("sofa"), find("tv"), centers=True)'),
    ("How far is the sofa from the nearest chair?",
     'distance(find("sofa"), nearest(find("chair"), find("sofa")))'),
    ("how far is the nearest chair from the sofa?",
     'distance(nearest(find("chair"), find("sofa")), find("sofa"))'),
    ("What is the distance between the lamp and the farthest chair?",
     'distance(find("lamp"), farthest(find("chair"), find("lamp")))'),
    ("How far is the nearest chair?", 'distance(agent(), nearest(find("chair"), agent()))'),
    ("How far is the bed?", 'distance(agent(), find("bed"))'),
    ("how far am I from the dining table", 'distance(agent(), find("dining table"))'),
    ("How far is the lamp on the desk from the second chair from the left?",
     'distance([x0 for x0 in find("lamp") if on(x0, find("desk"))], '
     'nth(find("chair"), 2, from_="left"))'),
    ("Is the lamp within 2 m of the bed?", 'distance(find("lamp"), find("bed")) <= 2'),
    ("Is the lamp closer to the bed than to the sofa?",
     'distance(find("lamp"), find("bed")) < distance(find("lamp"), find("sofa"))'),
    ("what is the nearest chair to the bed?", 'nearest(find("chair"), find("bed"))'),
    ("Which of the lamp, the sofa and the cup is nearest to the bed?",
     'closest([find("lamp"), find("sofa"), find("cup")], find("bed"))'),
    ("Which is closer to the bed, the lamp or the sofa?",
     'closest([find("lamp"), find("sofa")], find("bed"))'),
    ("Is the sofa or the bed closer to the tv?",
     'closest([find("sofa"), find("bed")], find("tv"))'),
    ("How far apart are the chairs?",
     'a = largest(find("chair"))\ndistance(a, the([b for b in find("chair") if b != a]))'),
    ("What is the closest thing to the cup that is not on the dining table?",
     'nearest(without(everything(), [x0 for x0 in everything() if on(x0, find("dining table"))]), '
     'find("cup"))'),
    # Shares, sums, bounds
    ("What percentage of the chairs are in the kitchen?",
     'count(find("chair", room=room("kitchen"))) / count(find("chair"))'),
    ("What is the total volume of the chairs?", 'sum([volume(x) for x in find("chair")])'),
    ("Is the kitchen bigger than 8 m2?", 'area(room("kitchen")) > 8'),
    ("is the kitchen smaller than 100 square feet", 'area(room("kitchen")) < 9.2903'),
    ("Is the bedroom wider than 120 cm?", 'size(room("bedroom"), axis="width") > 1.2'),
    ("Where is the bedroom?", 'neighbours(room("bedroom"))'),
    ("Is the bedroom reachable from the kitchen?",
     'path_length(room("kitchen"), room("bedroom"))'),
    # Sizes
    ("Which of these is bigger: the bed or the sofa?",
     'label_of(largest(union(find("bed"), find("sofa"))))'),
    ("Is the sofa or the bed taller?",
     'label_of(largest(union(find("sofa"), find("bed")), by="height"))'),
    ("How wide is my tv stand?", 'size(find("tv stand"), axis="width")'),
    ("what's the sofa's height in cm?", 'size(find("sofa"), axis="height")'),
    ("how high is the chest of drawers", 'size(find("chest of drawers"), axis="height")'),
    ("is the sofa the biggest thing here?", 'the(find("sofa")) == largest(everything())'),
    ("Is chair 4 the tallest chair in the kitchen?",
     'object(4) == largest(find("chair", room=room("kitchen")), by="height")'),
    ("Is the cup the closest thing to the sofa?",
     'the(find("cup")) == nearest(everything(), find("sofa"))'),
    ("Is the sofa longer than the bed?",
     'size(find("sofa"), axis="length") > size(find("bed"), axis="length")'),
    ("which is taller, the lamp or the sofa",
     'label_of(largest(union(find("lamp"), find("sofa")), by="height"))'),
    ("How high is the tv above the floor?", 'elevation(find("tv"), of="bottom")'),
    ("How big is the largest table in the kitchen in centimetres?",
     'x = the(largest(find("table", room=room("kitchen"))))\n'
     '[size(x, axis="length"), size(x, axis="width"), size(x, axis="height")]'),
    # Directions
    ("which side of me is the lamp?", 'direction(agent(), find("lamp"), form="side")'),
    ("Is the lamp behind me?",
     'abs(bearing(agent(), find("lamp"))) >= 112.5'),
    ("Is the tv on my left?", 'direction(agent(), find("tv"), form="side") == "left"'),
    ("If I stand at the bed and face the lamp, where is the backpack?",
     'direction(stand(at=find("bed"), facing=find("lamp")), find("backpack"), form="eight")'),
    ("is the lamp to my left or right when I stand by the bed facing the sofa?",
     'direction(stand(at=find("bed"), facing=find("sofa")), find("lamp"), form="side")'),
    ("If I am standing by the sofa and facing the tv, is the chair in the bedroom to my "
     "front-left, front-right, back-left, or back-right?",
     'direction(stand(at=find("sofa"), facing=find("tv")), '
     'find("chair", room=room("bedroom")), form="quadrant")'),
    ("which way do I have to turn to see the tv?", 'turns_to(agent(), find("tv"))'),
    ("Is the lamp left or right of the bed?", 'side_of(find("lamp"), find("bed"), agent())'),
    # Where, what
    ("where did I leave my backpack?", 'whereabouts(find("backpack"))'),
    ("where are my keys", '[whereabouts(x) for x in find("key")]'),
    ("I can't find my backpack", 'whereabouts(find("backpack"))'),
    ("Which room is the second chair from the right in?",
     'room_of(nth(find("chair"), 2, from_="right"))'),
    ("what's on the table", 'labels([x0 for x0 in everything() if on(x0, find("table"))])'),
    ("What can I find in the kitchen?", 'labels(contents(room("kitchen")))'),
    ("what is between the sofa and the bed?",
     'labels([x0 for x0 in everything() if between(x0, find("sofa"), find("bed"))])'),
    ("Is the cup on the dining table?", 'on(find("cup"), find("dining table"))'),
    ("is the backpack in the bedroom", 'exists(find("backpack", room=room("bedroom")))'),
    ("Is the bed against the wall?", 'against_wall(find("bed"))'),
    # Referring expressions
    ("How tall is the chair next to the bed?",
     'size([x0 for x0 in find("chair") if next_to(x0, find("bed"))], axis="height")'),
    ("How tall is the chair closest to the bed?",
     'size(nearest(find("chair"), find("bed")), axis="height")'),
    ("How tall is the lamp that is standing on the table with a cup on it?",
     'size([x0 for x0 in find("lamp") if on(x0, '
     '[x1 for x1 in find("table") if on(find("cup"), x1)])], axis="height")'),
    ("How wide is the leftmost chair?", 'size(nth(find("chair"), 1, from_="left"), axis="width")'),
    ("How wide is the last chair from the left?",
     'size(nth(find("chair"), 1, from_="right"), axis="width")'),
    ("How high is chair 4?", 'size(object(4), axis="height")'),
    ('How tall is "the black chair near the bed"?',
     'size(described(nearest(find("chair"), find("bed")), "black"), axis="height")'),
    # Rooms
    ("How big is the kitchen?", 'area(room("kitchen"))'),
    ("how many square metres is the bedroom?", 'area(room("bedroom"))'),
    ("What's the total area of the flat?", "total_area()"),
    ("Which room am I in?", "this_room()"),
    ("what rooms are next to the kitchen", 'neighbours(room("kitchen"))'),
    ("Is the kitchen bigger than the bedroom?", 'area(room("kitchen")) > area(room("bedroom"))'),
    ("what is the size of this room", "area(this_room())"),
    # Time and change
    ("when did you last see my backpack?", 'last_seen(find("backpack"))'),
    ("When was the lamp first seen?", 'first_seen(find("lamp"))'),
    ("Did you see the lamp before the bed?", 'first_seen(find("lamp")) < first_seen(find("bed"))'),
    ("what changed since 0:30?", "changes(time(30), now())"),
    ("What did you see in the last minute?",
     "labels([x for x in everything() if last_seen(x) >= time(40.000)])"),
    ("what has moved in the last 20 seconds?", "changes(time(80.000), now())"),
    ("Where was the cup 10 seconds ago?",
     'as_of(time(90.000), whereabouts(find("cup")))'),
    ("How many chairs were there at frame 20?", 'as_of(frame(20), count(find("chair")))'),
    ("was the lamp visible at 12 s?", 'visible_at(find("lamp"), time(12))'),
    ("Which room was the cup in before it was moved?", 'room_of(place_before(find("cup")))'),
    ("Is the lamp still there?", 'exists(find("lamp"))'),
    # Moving, ways, space
    ("how far have you walked?", "path_travelled(time(0), now())"),
    ("How do I get from the sofa to the bed?", 'turns(find("sofa"), find("bed"))'),
    ("how do i get to the kitchen", 'turns(agent(), room("kitchen"))'),
    ("How long is the way from the sofa to the bed?", 'path_length(find("sofa"), find("bed"))'),
    ("is there space for a 1.2 by 0.6 m desk in the bedroom?",
     'fits(width=1.2, depth=0.6, height=0.75, where=room("bedroom"))'),
    ("Would a 120 x 60 x 80 cm desk fit in this room?",
     "fits(width=1.2, depth=0.6, height=0.8, where=this_room())"),
    ("how much free space is there in the kitchen?", 'free_space(room("kitchen"))'),
    ("what is left to explore?", "frontiers()"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "program"), CASES)
def test_is_read_as(read, text: str, program: str) -> None:
    assert read(text) == program
    check(program)


@pytest.mark.parametrize(
    "text",
    [
        "What colour is the sofa?",
        "Is the door open?",
        "Is the sofa red?",
        "What does the sign say?",
        "Why is the chair there?",
        "Which way is north from the sofa?",
        "How heavy is the table?",
        "Who is sitting on the sofa?",
    ],
)
def test_what_no_map_holds_is_said(read, text: str) -> None:
    with pytest.raises(NotOfTheMap):
        read(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Take the cup to the kitchen.", "instruction"),
        ("please bring me the lamp", "instruction"),
        ("delete all chairs", "instruction"),
        ("Wie viele Stühle gibt es in der Küche?", "German"),
        ("Où est le canapé dans la cuisine?", "French"),
        ("¿Cuántas sillas hay en la cocina?", "Spanish"),
        ("沙发离电视有多远?", "English only"),
        ("Где мой рюкзак?", "English only"),
        ("", "no words"),
        ("???", "no words"),
        ("how far\x00 is it", "control characters"),
        ("how far is the sofa " * 60_000, "characters"),
        ("and its size?", "refers to nothing|cannot read"),
        ("The quick brown fox jumps over the lazy dog", "I answer what is where"),
        ("sofa", "cannot read"),
    ],
    ids=lambda value: value[:30],
)
def test_what_cannot_be_read_is_said_with_the_reason(read, text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(text)


def test_the_nearest_question_is_named(read) -> None:
    with pytest.raises(Unreadable, match="How far is the sofa from the television"):
        read("how far whatever is the sofa so from like the television you know")


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("How far is the sofa from the door?",
         'distance(find("sofa"), nearest_door(find("sofa")))'),
        ("How far is the bed from the door of the kitchen?",
         'distance(find("bed"), door(room=room("kitchen")))'),
        ("Which chair is nearest to the kitchen door?",
         'nearest(find("chair"), door(room=room("kitchen")))'),
        ("Where is the nearest chair to the door?", 'whereabouts(nearest(find("chair"), door()))'),
        ("How tall is the lamp near the door?",
         'size(nearest(find("lamp"), door()), axis="height")'),
        ("How many doors are there?", "count(doors())"),
        ("Is there a door in the kitchen?", 'count(doors(room=room("kitchen"))) > 0'),
        ("How many doors does the kitchen have?", 'count(doors(room=room("kitchen")))'),
        ("Where are the doors?", "[whereabouts(d) for d in doors()]"),
        ("Where is the door of the kitchen?", 'whereabouts(door(room=room("kitchen")))'),
        ("How wide is the kitchen door?", 'door_width(door(room=room("kitchen")))'),
        ("Is there a door between the kitchen and the bedroom?",
         'exists([r for r in neighbours(room("kitchen")) if r == room("bedroom")])'),
        ("is the kitchen connected to the bedroom?",
         'exists([r for r in neighbours(room("kitchen")) if r == room("bedroom")])'),
        ("which rooms have a door to the kitchen?", 'neighbours(room("kitchen"))'),
    ],
)  # fmt: skip
def test_doors_are_places_where_no_object_is_one(house_with_door, text: str, program: str) -> None:
    asked = Question(stamp_ns=0, text=text)
    assert plan(asked, house_with_door).program == program
    check(program)
