"""Give a model of your own the map as tools: OPENAI_BASE_URL, OPENAI_API_KEY and COGMAP_MODEL say
which. python ask_openai_tools.py MAP "how far is the sofa from the television?" """

import os
import sys

import openai

from cogmap.memory import CognitiveMap
from cogmap.memory.programs.reference import call_operation, tool_schemas

world = CognitiveMap.load(sys.argv[1]).world()
tools = [{"type": "function", "function": tool} for tool in tool_schemas()]
messages = [{"role": "user", "content": sys.argv[2]}]
client, model = openai.OpenAI(), os.environ["COGMAP_MODEL"]
for _ in range(8):
    reply = client.chat.completions.create(model=model, messages=messages, tools=tools)
    message = reply.choices[0].message
    messages.append(message)
    for call in message.tool_calls or ():
        result = call_operation(world, call.function.name, call.function.arguments)
        print(result.program, "->", result.text)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result.text})
    if not message.tool_calls:
        break
print(message.content)
