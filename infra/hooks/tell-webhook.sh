#!/bin/sh
# Says what to enter at GitHub; the secret itself is shown only to who asks for it.
set -eu

echo "Payload URL:  ${WEBHOOK_URL:?}"
echo "Secret:       azd env get-value GITHUB_WEBHOOK_SECRET"
echo "Events:       Workflow runs, Workflow jobs, as application/json"
