#!/usr/bin/env bash
# Opens a sale, buys two seats, sends the same request again and asks for a taken seat. Settings: `. .admit/stack.env`.
set -euo pipefail
: "${HTTP_URL:?run \". .admit/stack.env\" first}" "${ADMIT_API_KEY:?}"
sale=${SALE:-example-$(date +%s)}

# post PATH KEY BODY: prints the status and the body. --retry repeats the same request with the same key.
post() {
  curl --silent --show-error --retry 5 --retry-connrefused --max-time 30 --write-out '\n%{http_code} %header{idempotent-replayed}\n' \
    "$HTTP_URL$1" -H "Authorization: Bearer $ADMIT_API_KEY" -H 'Content-Type: application/json' -H "Idempotency-Key: $2" --data "$3"
}
get() { curl --silent --show-error --fail "$HTTP_URL$1" -H "Authorization: Bearer $ADMIT_API_KEY"; }

post /v1/sales "open-$sale" '{"sale":"'"$sale"'","name":"Example","units":{"rows":[{"row":"A","from":1,"to":10}]},
  "price":{"amount":"5000","currency":"EUR"},"payment":"none","mint":"on-request"}'
post "/v1/sales/$sale/orders" "cart-1-$sale" '{"buyer":"b-1","units":["A-1","A-2"]}'
post "/v1/sales/$sale/orders" "cart-1-$sale" '{"buyer":"b-1","units":["A-1","A-2"]}' # again: the same bytes
post "/v1/sales/$sale/orders" "cart-2-$sale" '{"buyer":"b-2","units":["A-2"]}'       # 409 unit-taken
get "/v1/sales/$sale"
