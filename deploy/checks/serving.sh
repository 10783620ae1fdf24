# Sourced by checks that ask a server of their own: makes a data folder with a policy and partners, and serves it until
# the check ends.
#
#   founded PROGRAM     makes $work/data with its keys; needs $binary
#   served OPTION...    serves it; sets $address
#   stopped             stops the server
#   key OPTION...       makes an API key and prints it

work=$(mktemp -d)
server=
export LEADLINE_DATA=$work/data NO_PROXY=127.0.0.1

stopped() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true; fi
  server=
}
trap 'stopped; rm -rf "$work"' EXIT

founded() {
  "$binary" init --master-key-file "$work/keys/master.key" --program "$1" "$LEADLINE_DATA" >/dev/null
  "$binary" policy apply -f "$LEADLINE_DATA/policy.yaml" >/dev/null 2>&1
  "$binary" partners apply -f "$LEADLINE_DATA/partners.yaml" >/dev/null 2>&1
}

served() {
  : >"$work/serve.out"
  "$binary" serve --port 0 "$@" >"$work/serve.out" 2>&1 &
  server=$!
  address=
  for _ in $(seq 200); do
    address=$(sed -n 's/^Serving .* at \(http[^ ]*\)$/\1/p' "$work/serve.out")
    if [ -n "$address" ]; then return; fi
    kill -0 "$server" || { cat "$work/serve.out" >&2; exit 3; }
    sleep 0.1
  done
  echo "the server does not say where it listens" >&2
  exit 3
}

key() { "$binary" access create --json "$@" | python3 -c 'import json, sys; print(json.load(sys.stdin)["key"])'; }
