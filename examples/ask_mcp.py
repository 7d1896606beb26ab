"""Ask a map by the Model Context Protocol, as an assistant would:
python ask_mcp.py MAP "how many chairs are there?" """

import asyncio
import sys

from mcp import Client

from cogmap.launch.mcp_server import started_for


async def main(path: str, question: str) -> None:
    async with Client(started_for(path)) as client:
        print(len((await client.list_tools()).tools), "tools")
        result = await client.call_tool("ask", {"question": question})
        print(result.structured_content["text"])


asyncio.run(main(*sys.argv[1:]))
