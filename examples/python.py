"""TOLLGATE_KEY=tg-... python examples/python.py: both official SDKs (pip install openai anthropic)."""

import os

from anthropic import Anthropic
from openai import OpenAI

url = os.environ.get("TOLLGATE_URL", "http://127.0.0.1:7070")
key = os.environ["TOLLGATE_KEY"]
model = os.environ.get("MODEL", "mock/echo")

chat = OpenAI(base_url=f"{url}/v1", api_key=key).chat.completions.create(
    model=model, messages=[{"role": "user", "content": "Hello from the OpenAI SDK"}]
)
print(chat.choices[0].message.content, chat.usage.total_tokens)

message = Anthropic(base_url=url, api_key=key).messages.create(
    model=model, max_tokens=1000, messages=[{"role": "user", "content": "Hello from the Anthropic SDK"}]
)
print(message.content[0].text, message.usage.output_tokens)
