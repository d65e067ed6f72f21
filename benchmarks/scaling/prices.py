"""AWS prices in us-east-1 in USD, and limits of AWS and of the Hub; docs/scaling.md names the sources."""

# Lambda on arm64, first tier.
PER_MILLION_INVOCATIONS = 0.20
PER_GB_SECOND = 0.0000133334

# HTTP API requests of up to 512 KB; CloudFront's HTTPS requests from North America.
PER_MILLION_API_CALLS = 1.00
PER_MILLION_CDN_REQUESTS = 1.00

# DynamoDB on demand. An eventually consistent read, such as a scan's, takes one unit for 8 KB.
PER_MILLION_READ_UNITS = 0.125
EVENTUAL_READ_BYTES = 8192

PER_GB_OF_LOGS = 0.50

# CloudWatch, per month: a custom metric (first tier), a metric watched by a standard alarm, a dashboard.
PER_METRIC = 0.30
PER_ALARM_METRIC = 0.10
PER_DASHBOARD = 3.00

# The memory with which a function has one whole processor; with less, its share is proportional.
MB_OF_A_PROCESSOR = 1769

# Default quotas of an AWS account.
CONCURRENT_EXECUTIONS = 1_000
API_CALLS_PER_SECOND = 10_000

# API calls that the Hub allows in five minutes: anonymously, and with a free account's token.
HUB_CALLS_ANONYMOUS = 500
HUB_CALLS_WITH_TOKEN = 1_000
