#!/usr/bin/env python3
"""Opens a sale and buys two seats over HTTP, with retries that keep the idempotency key. Settings: `. .admit/stack.env`."""

import json
import os
import time
import urllib.error
import urllib.request

URL, API_KEY = os.environ["HTTP_URL"].rstrip("/"), os.environ["ADMIT_API_KEY"]
ATTEMPTS, ATTEMPT_SECONDS, LONGEST_PAUSE_SECONDS = 8, 30, 5


def send(method, path, body, key):
    """Sends one request. Returns status, headers and parsed body; None without an answer."""
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=ATTEMPT_SECONDS) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as problem:
        return problem.code, problem.headers, json.load(problem)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return None


def ask(method, path, body=None, key=None):
    """Repeats the same request with the same key until the answer is final. A 202 promises nothing."""
    for attempt in range(ATTEMPTS):
        answer = send(method, path, body, key)
        if answer is not None:
            status, headers, said = answer
            in_process = status == 409 and said.get("code") == "in-progress"
            if status not in (202, 429, 500, 503) and not in_process:
                return status, headers.get("Idempotent-Replayed") == "true", said
            pause = float(headers.get("Retry-After") or 1)
        else:
            pause = 0.1 * 2**attempt
        time.sleep(min(pause, LONGEST_PAUSE_SECONDS))
    raise SystemExit(f"no answer yet: repeat later with the same key {key}")


sale = os.environ.get("SALE", f"example-{int(time.time())}")
terms = {
    "sale": sale,
    "name": "Example",
    "units": {"rows": [{"row": "A", "from": 1, "to": 10}]},
    "price": {"amount": "5000", "currency": "EUR"},
    "payment": "none",
    "mint": "on-request",
}
status, _, opened = ask("POST", "/v1/sales", terms, f"open-{sale}")
print(status, opened.get("sale", opened))

cart = {"buyer": "b-1", "units": ["A-1", "A-2"]}
for _ in range(2):  # the second time the stored answer comes back
    status, replayed, order = ask("POST", f"/v1/sales/{sale}/orders", cart, f"cart-1-{sale}")
    print(status, order.get("order", order), "replayed" if replayed else "new")

status, _, refused = ask("POST", f"/v1/sales/{sale}/orders", {"buyer": "b-2", "units": ["A-2"]}, f"cart-2-{sale}")
print(status, refused["code"])

_, _, now = ask("GET", f"/v1/sales/{sale}")
print("sold", now["units"]["sold"], "of", now["units"]["opened"])
