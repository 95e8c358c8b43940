#!/bin/sh
# Takes the handler as its argument. Lambda sets AWS_LAMBDA_RUNTIME_API; without it the emulator plays Lambda's part.
if [ $# -ne 1 ]; then
    echo "the entry point takes one argument, the handler: module.function" >&2
    exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
    exec /usr/local/bin/aws-lambda-rie "${LAMBDA_RUNTIME_DIR}/bootstrap"
fi
exec "${LAMBDA_RUNTIME_DIR}/bootstrap"
