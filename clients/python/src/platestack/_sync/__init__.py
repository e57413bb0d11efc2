"""The synchronous client, made from the asynchronous one but for runtime.py."""
