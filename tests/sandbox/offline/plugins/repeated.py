"""The calls that the official provider makes in an update without a difference, according to its source."""

REPEATED = {
    "apigatewayv2_api_mapping": "UpdateApiMapping",
    "apigatewayv2_authorizer": "UpdateAuthorizer",
    "apigatewayv2_integration": "UpdateIntegration",
    "cloudwatch_dashboard": "PutDashboard",
    "ecr_repository_policy": "SetRepositoryPolicy",
    "iam_role_policy": "PutRolePolicy",
    "lambda_alias": "UpdateAlias",
    "lambda_event_source_mapping": "UpdateEventSourceMapping",
    "lambda_function_event_invoke_config": "PutFunctionEventInvokeConfig",
    "lambda_function_url": "UpdateFunctionUrlConfig",
    "lambda_invocation": "Invoke",
    "lambda_provisioned_concurrency_config": "PutProvisionedConcurrencyConfig",
    "s3_bucket_notification": "PutBucketNotificationConfiguration",
    "s3_bucket_policy": "PutBucketPolicy",
    "s3_bucket_public_access_block": "PutPublicAccessBlock",
    "s3_bucket_server_side_encryption_configuration": "PutBucketEncryption",
    "s3_bucket_versioning": "PutBucketVersioning",
    "scheduler_schedule": "UpdateSchedule",
    "sqs_queue_policy": "SetQueueAttributes",
    "sqs_redrive_allow_policy": "SetQueueAttributes",
    "sqs_redrive_policy": "SetQueueAttributes",
}
"""By recording, the call that every update makes, even without a difference. Other types make none."""
