#!/bin/sh
# Takes the handler as its argument.
if [ $# -ne 1 ]; then
    echo "the entry point takes one argument, the handler: module.function" >&2
    exit 142
fi
export _HANDLER="$1"
exec "${LAMBDA_RUNTIME_DIR}/bootstrap"
