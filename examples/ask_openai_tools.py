"""Give a model of your own the map as tools: OPENAI_BASE_URL, OPENAI_API_KEY and COGMAP_MODEL say
which. python ask_openai_tools.py MAP "how far is the sofa from the television?" """

import os
import sys

from openai import OpenAI

from cogmap.memory import CognitiveMap, MapTools

tools = MapTools(CognitiveMap.load(sys.argv[1]).world())
chat, model = OpenAI().chat.completions, os.environ["COGMAP_MODEL"]
messages = [
    {"role": "system", "content": tools.rules},
    {"role": "user", "content": sys.argv[2]},
]
while len(messages) < 20:
    said = chat.create(model=model, messages=messages, tools=tools.schemas).choices[0].message
    messages += [said, *tools.results(said.tool_calls)]
    if not said.tool_calls:
        break
print(*tools.programs, said.content, sep="\n")
