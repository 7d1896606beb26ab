"""Ask a map by the Model Context Protocol, as an assistant would:
python ask_mcp.py MAP "how many chairs are there?" """

import asyncio
import os
import sys

from mcp import Client, StdioServerParameters


async def main(path: str, question: str) -> None:
    command = [sys.executable, "-m", "cogmap.launch.cli", "mcp", path]
    server = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    async with Client(server) as client:
        print(len((await client.list_tools()).tools), "tools")
        result = await client.call_tool("ask", {"question": question})
        print(result.structured_content["text"])


asyncio.run(main(sys.argv[1], sys.argv[2]))
