"""The fields of the function's log lines that the queries of docs/operations.md use."""

COMMON = {"level", "message", "timestamp", "service", "correlation_id"}
OF_A_RECOMMENDATION = {"model", "instance_type", "answer"}
OF_A_REFUSAL = {"code", "model", "instance_type"}
OF_A_HUB_ERROR = {"document", "status", "attempts", "cause", "reason"}
OF_A_DEFECT = {"exception_name", "exception", "model", "instance_type"}

LOGGED = COMMON | OF_A_RECOMMENDATION | OF_A_REFUSAL | OF_A_HUB_ERROR | OF_A_DEFECT
