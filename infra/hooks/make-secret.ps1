# Makes the webhook's secret where the environment has none. azd keeps it in .azure/, out of git.
$ErrorActionPreference = 'Stop'

if (-not $env:GITHUB_WEBHOOK_SECRET) {
    $bytes = [byte[]]::new(32)
    [System.Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
    azd env set GITHUB_WEBHOOK_SECRET ([System.BitConverter]::ToString($bytes).Replace('-', '').ToLower())
}
