"""The properties of a Lambda function."""

from collections.abc import Mapping

from sandbox.offline.plugins.rules import Property, arn, at_least, in_range, matching, one_of

_NAME = matching(
    r"(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]+(:[\w$-]+)?", "must be valid function name or function ARN"
)
_COMPUTED = Property(computed=True)
_LEVELS = one_of("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_SYSTEM_LEVELS = one_of("", "DEBUG", "INFO", "WARN")

PROPERTIES: Mapping[str, Property] = {
    "architectures": Property(computed=True, max_items=1, valid=one_of("x86_64", "arm64")),
    "arn": _COMPUTED,
    "codeSha256": _COMPUTED,
    "codeSigningConfigArn": Property(valid=arn),
    "deadLetterConfig": Property(nested={"targetArn": Property(required=True, valid=arn)}),
    "description": Property(),
    "environment": Property(),
    "ephemeralStorage": Property(computed=True, nested={"size": Property(computed=True, valid=in_range(512, 10240))}),
    "fileSystemConfig": Property(
        nested={"arn": Property(required=True, valid=arn), "localMountPath": Property(required=True)}
    ),
    "handler": Property(),
    "imageConfig": Property(),
    "imageUri": Property(),
    "invokeArn": _COMPUTED,
    "kmsKeyArn": Property(valid=arn),
    "lastModified": _COMPUTED,
    "layers": Property(valid=arn),
    "loggingConfig": Property(
        computed=True,
        nested={
            "applicationLogLevel": Property(valid=_LEVELS),
            "logFormat": Property(required=True, valid=one_of("JSON", "Text")),
            "logGroup": _COMPUTED,
            "systemLogLevel": Property(valid=_SYSTEM_LEVELS),
        },
    ),
    "memorySize": Property(default=128, valid=in_range(128, 10240)),
    "name": Property(computed=True, replaces=True, valid=_NAME),
    "packageType": Property(default="Zip", replaces=True, valid=one_of("Zip", "Image")),
    "publish": Property(default=False),
    "qualifiedArn": _COMPUTED,
    "qualifiedInvokeArn": _COMPUTED,
    "reservedConcurrentExecutions": Property(default=-1, valid=at_least(-1)),
    "responseStreamingInvokeArn": _COMPUTED,
    "role": Property(required=True, valid=arn),
    "runtime": Property(),
    "s3Bucket": Property(),
    "s3Key": Property(),
    "s3ObjectVersion": Property(),
    "signingJobArn": _COMPUTED,
    "signingProfileVersionArn": _COMPUTED,
    "skipDestroy": Property(default=False),
    "snapStart": Property(
        nested={
            "applyOn": Property(required=True, valid=one_of("PublishedVersions", "None")),
            "optimizationStatus": _COMPUTED,
        }
    ),
    "sourceCodeHash": _COMPUTED,
    "sourceCodeSize": _COMPUTED,
    "timeout": Property(default=3, valid=in_range(1, 900)),
    "tracingConfig": Property(
        computed=True, nested={"mode": Property(required=True, valid=one_of("Active", "PassThrough"))}
    ),
    "version": _COMPUTED,
    "vpcConfig": Property(nested={"ipv6AllowedForDualStack": Property(default=False), "vpcId": _COMPUTED}),
}
"""These are missing, so they are refused: archives (`code`), code signing of zip packages except for the ARN, and what
Lambda has had since 2025 (durable functions, tenancy, capacity providers)."""

CODE = ("architectures", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash", "codeSha256")
"""The properties that UpdateFunctionCode changes."""

CONFIGURATION = {
    "deadLetterConfig": {"TargetArn": ""},
    "description": "",
    "environment": {"Variables": {}},
    "ephemeralStorage": {"Size": 512},
    "fileSystemConfig": [],
    "handler": "",
    "imageConfig": {},
    "kmsKeyArn": "",
    "layers": [],
    "loggingConfig": {"LogFormat": "Text"},
    "memorySize": 128,
    "role": "",
    "runtime": "",
    "snapStart": {"ApplyOn": "None"},
    "timeout": 3,
    "tracingConfig": {"Mode": "PassThrough"},
    "vpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""The properties that UpdateFunctionConfiguration changes, each with the value that removes it in the API."""
