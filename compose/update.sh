#!/usr/bin/env bash
# Replaces the running workers and APIs by containers of the newest images, one after the other, after the new image has migrated the
# schema. Each one finishes or returns its messages before it ends, and the next is stopped only when its successor is healthy. If a
# successor does not become healthy, the script ends, and the containers that it has not replaced continue.
#
# usage: compose/update.sh [further options of docker compose, such as -f override.yaml]
set -euo pipefail
compose=(docker compose -f "$(dirname "${BASH_SOURCE[0]}")/compose.yaml" "$@")

# Removed, so that the first successor runs the new image's.
"${compose[@]}" rm --force schema
for service in workers api; do
  mapfile -t old < <("${compose[@]}" ps -q "$service")
  for container in "${old[@]}"; do
    docker stop "$container" >/dev/null
    docker rm "$container" >/dev/null
    # Not --no-deps: a container that was started with it is not as compose.yaml describes it, and the next up would replace it again.
    "${compose[@]}" up -d --no-build --no-recreate --wait --scale "$service=${#old[@]}" "$service"
  done
done
