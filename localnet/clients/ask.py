#!/usr/bin/env python3
"""Asks one question with OpenAI's own client and prints the answer and its attribution as JSON.

usage: ask.py BASE-URL MODEL QUESTION [MAX-TOKENS]
"""
import json
import sys

from openai import OpenAI


def main():
    base_url, model, question = sys.argv[1:4]
    max_tokens = int(sys.argv[4]) if len(sys.argv) > 4 else 64
    client = OpenAI(base_url=base_url, api_key="not-needed", max_retries=0, timeout=120)
    answer = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": question}],
        max_tokens=max_tokens,
        temperature=0,
    )
    print(json.dumps({
        "id": answer.id,
        "text": answer.choices[0].message.content,
        "usage": answer.usage.model_dump(include={"prompt_tokens", "completion_tokens"}),
        "attribution": answer.model_extra.get("attribution"),
    }))


if __name__ == "__main__":
    main()
