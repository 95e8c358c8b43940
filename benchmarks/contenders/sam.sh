#!/usr/bin/env bash
# AWS SAM as its documentation has it, without questions. Usage: sam.sh STACK REPOSITORY_URL BUCKET
set -euo pipefail

sam build
sam deploy --stack-name "$1" --image-repository "$2" --s3-bucket "$3" --capabilities CAPABILITY_IAM \
    --no-confirm-changeset --no-fail-on-empty-changeset --no-progressbar
