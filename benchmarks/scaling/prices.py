"""What AWS asks in us-east-1, in USD, and what it allows; docs/scaling.md names the sources."""

# Lambda on arm64, first tier.
PER_MILLION_INVOCATIONS = 0.20
PER_GB_SECOND = 0.0000133334

# The HTTP API, a metered unit of 512 KB; CloudFront's HTTPS requests of North America.
PER_MILLION_API_CALLS = 1.00
PER_MILLION_CDN_REQUESTS = 1.00

# DynamoDB on demand: a unit reads 4 KB, or 8 KB where an older state will do, as in a scan.
PER_MILLION_READ_UNITS = 0.125
EVENTUAL_READ_BYTES = 8192

PER_GB_OF_LOGS = 0.50

# Memory with which a function has one processor; below, its share is in proportion.
MB_OF_A_PROCESSOR = 1769

# What an account may do until it asks for more.
CONCURRENT_EXECUTIONS = 1_000
API_CALLS_PER_SECOND = 10_000

# The Hub, in five minutes: calls of its API without a token, and with a free one.
HUB_CALLS_ANONYMOUS = 500
HUB_CALLS_WITH_TOKEN = 1_000
