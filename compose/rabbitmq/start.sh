#!/bin/bash
# Puts the environment's passwords into definitions.json (users, rights, queues and bindings), and starts the broker with it.
set -euo pipefail
umask 077
definitions=$(</etc/navigator/definitions.json)
for name in NAVIGATOR_API_PASSWORD NAVIGATOR_WORKER_PASSWORD NAVIGATOR_PASSWORD; do
  [[ ${!name} =~ ^[A-Za-z0-9._~-]+$ ]] || { echo "$name has 1 or more letters, digits and . _ ~ - only: it stands in addresses too." >&2; exit 1; }
  definitions=${definitions//@$name@/${!name}}
done
# After a crash the file of the earlier start is still there and belongs to rabbitmq. In /tmp, Linux lets not even root write to it
# (fs.protected_regular), and the broker would not start again.
rm -f /tmp/definitions.json
printf '%s' "$definitions" >/tmp/definitions.json
chown rabbitmq: /tmp/definitions.json
unset NAVIGATOR_API_PASSWORD NAVIGATOR_WORKER_PASSWORD NAVIGATOR_PASSWORD
exec docker-entrypoint.sh rabbitmq-server
