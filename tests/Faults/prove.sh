#!/usr/bin/env bash
# Is the checker able to fail? Takes one safeguard at a time out of a copy of the repository, and expects the fault suite to
# notice. Ends with one line per safeguard, and a non-zero exit code when one was not missed.
#   the fence: an end is written whatever happened to the job since it was decided on
#   the sweeper: nobody repairs what did not happen in time
#   idempotency: two requests with one key make two jobs
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$(mktemp -d); trap 'rm -rf "$copy"' EXIT
outcome=0

prove() { # $1: what is taken out  $2: file  $3: perl expression that takes it out  $4: tests that must notice
  rm -rf "${copy:?}"/*; git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 cp --parents -t "$copy")
  perl -0pi -e "$3" "$copy/$2"
  ! cmp -s "$root/$2" "$copy/$2" || { echo "NOT PROVEN  $1: there is nothing like it in $2 any more"; outcome=1; return; }
  (cd "$copy" && dotnet build tests/Faults -v quiet --nologo) >"$copy/build.log" 2>&1 || { cat "$copy/build.log"; echo "NOT PROVEN  $1: it does not build without"; outcome=1; return; }
  if (cd "$copy" && dotnet test tests/Faults --no-build --nologo --filter "$4") >"$copy/test.log" 2>&1; then
    echo "NOT PROVEN  $1: the suite passes without"; outcome=1
  elif grep -qE ' I[1-6]: ' "$copy/test.log" || grep -qE '^ *I[1-6]: ' "$copy/test.log"; then
    echo "proven      $1: $(grep -oE 'I[1-6]: .*' "$copy/test.log" | head -1 | cut -c1-140)"
  else
    tail -n 30 "$copy/test.log"; echo "NOT PROVEN  $1: it failed, but not by an invariant"; outcome=1
  fi
}

prove 'the fence' src/Storage/Ledger/PostgresJobChanges.cs 's/ AND chat_job\.version = change\.version\n/ AND (chat_job.version = change.version OR change.ends)\n/' \
  'A_worker_is_frozen'
prove 'the sweeper' src/Runtime/Flow/Sweeper.cs 's/"The sweeper", Sweep,/"The sweeper", _ => Task.CompletedTask,/' 'Workers_are_killed'
prove 'the idempotency constraint' src/Storage/Ledger/PostgresJobInsertions.cs \
  's/(SELECT id, tenant_id, conversation_id, question, options::jsonb, idempotency_key), request_hash,\n/$1 || id::text, request_hash,\n/' \
  'killed_between_commit'
exit $outcome
