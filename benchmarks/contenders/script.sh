#!/usr/bin/env bash
# What many repositories have as deploy.sh: build, push `latest`, point the function at it, wait.
# Usage: script.sh FUNCTION IMAGE CONTEXT BASE_IMAGE
set -euo pipefail
function=$1 image=$2:latest context=$3 base_image=$4

docker build --platform linux/amd64 --build-arg BASE_IMAGE="$base_image" --tag "$image" "$context"
docker push "$image"
aws lambda update-function-code --function-name "$function" --image-uri "$image"

until [ "$(aws lambda get-function-configuration --function-name "$function" \
    --query LastUpdateStatus --output text)" = Successful ]; do
    sleep 5
done
