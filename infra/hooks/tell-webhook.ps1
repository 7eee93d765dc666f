# Says what to enter at GitHub; the secret itself is shown only to who asks for it.
$ErrorActionPreference = 'Stop'

Write-Output "Payload URL:  $env:WEBHOOK_URL"
Write-Output "Secret:       azd env get-value GITHUB_WEBHOOK_SECRET"
Write-Output "Events:       Workflow runs, Workflow jobs, as application/json"
