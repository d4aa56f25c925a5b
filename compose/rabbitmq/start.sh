#!/bin/bash
# Puts the environment's passwords into definitions.json (users, rights, queues and bindings), and starts the broker with it.
set -euo pipefail
umask 077
definitions=$(</etc/navigator/definitions.json)
for name in NAVIGATOR_API_PASSWORD NAVIGATOR_WORKER_PASSWORD NAVIGATOR_PASSWORD; do
  [[ ${!name} =~ ^[A-Za-z0-9._~-]+$ ]] || { echo "$name has 1 or more letters, digits and . _ ~ - only: it stands in addresses too." >&2; exit 1; }
  definitions=${definitions//@$name@/${!name}}
done
printf '%s' "$definitions" >/tmp/definitions.json
chown rabbitmq: /tmp/definitions.json
unset NAVIGATOR_API_PASSWORD NAVIGATOR_WORKER_PASSWORD NAVIGATOR_PASSWORD
exec docker-entrypoint.sh rabbitmq-server
