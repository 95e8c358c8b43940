"""A module.yaml with a mistake in its first line, and what is reported about it."""

import pytest

from tests.components.settings.conftest import Checkout

ARN = "arn:aws:sqs:eu-central-1:123456789012:failed"

ACCESS_POINT = "arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-0123456789abcdef0"
VPC = "vpc: {subnets: [subnet-1, subnet-2], securityGroups: [sg-1]}"
ROLE = "arn:aws:iam::123456789012:role/team/orders"
TOO_MANY = ", ".join(f"https://{n}.example.com" for n in range(101))

MISTAKES = {
    # Values that can't be
    "memorySize: 64": "memorySize is 64: it should be a whole number from 128 to 10240 MiB",
    "memorySize: 10241": "memorySize is 10241: it should be a whole number from 128 to 10240 MiB",
    "memorySize: 1 GB": 'memorySize is "1 GB": it should be a whole number from 128 to 10240 MiB',
    "memorySize: 512.5": "memorySize is 512.5: it should be a whole number from 128 to 10240 MiB",
    "memorySize: '512'": 'memorySize is "512": it should be a whole number from 128 to 10240 MiB',
    "memorySize:": "memorySize is null: it should be a whole number from 128 to 10240 MiB",
    "timeout: 901": "timeout is 901: it should be a whole number from 1 to 900 seconds",
    "timeout: 0": "timeout is 0: it should be a whole number from 1 to 900 seconds",
    "timeout: true": "timeout is true: it should be a whole number from 1 to 900 seconds",
    "timeout: [5]": "timeout is [5]: it should be a whole number from 1 to 900 seconds",
    "ephemeralStorage: 511": "ephemeralStorage is 511: it should be a whole number from 512 to 10240 MiB",
    "architecture: sparc": "architecture is \"sparc\": it should be 'x86_64' or 'arm64'",
    "logRetention: 8": "logRetention is 8: it should be 1, 3, 5, 7, 14,",
    "enabled: 'no'": 'enabled is "no": it should be true or false',
    "description: 5": "description is 5: it should be text: put numbers, dates, yes and no in quotes",
    f"description: {'x' * 161}": f'description is "{"x" * 59}...: it should have at most 160 characters',
    "dockerfile: /Dockerfile": 'dockerfile is "/Dockerfile": it should be a path relative to the module\'s folder',
    "dockerfile: ../../../Dockerfile": "dockerfile is ../../../Dockerfile: it should be in the checkout",
    "context: /shared": 'context is "/shared": it should be a path relative to the module\'s folder',
    "context: ../../..": "context is ../../..: it should be in the checkout",
    "image: {workingDirectory: work}": 'image.workingDirectory is "work": it should be an absolute path',
    "image: {command: handler.handle}": 'image.command is "handler.handle": it should be a list',
    "vpc: 5": "vpc is 5: it should be a mapping",
    "vpc: {subnets: [subnet-1], securityGroups: [sg-1]}": (
        'vpc.subnets is ["subnet-1"]: it should have at least 2 items'
    ),
    "vpc: {subnets: [subnet-1, subnet-2]}": "vpc.securityGroups is missing",
    "vpc: {subnets: [subnet-1, sg-1], securityGroups: [sg-1]}": (
        'vpc.subnets.1 is "sg-1": it should be the id of a subnet'
    ),
    "tags: {'aws:x': y}": "tags.aws:x: it should be up to 128 letters, digits, spaces and _.:/=+-@, but no aws:",
    "policies: {statements: {All: {actions: ['*'], resources: ['*']}}}": (
        "policies.statements.All.actions.0 is *: it would allow all that a service can do, such as deleting what it "
        "holds. Name the actions that the function needs, or those of a kind, such as 's3:Get*'"
    ),
    "policies: {statements: {All: {actions: ['dynamodb:*'], resources: ['*']}}}": (
        "policies.statements.All.actions.0 is dynamodb:*: it would allow all that a service can do, such as deleting "
        "what it holds. Name the actions that the function needs, or those of a kind, such as 'dynamodb:Get*'"
    ),
    "policies: {statements: {All: {actions: [GetItem], resources: ['*']}}}": (
        'policies.statements.All.actions.0 is "GetItem": it should be an action, such as'
    ),
    "policies: {statements: {Read: {actions: ['s3:Get*'], resources: ['my-bucket/*']}}}": (
        "policies.statements.Read.resources.0 is \"my-bucket/*\": it should be '*' or an ARN, with or without "
        "wildcards, such as 'arn:aws:s3:::my-bucket/*'"
    ),
    "policies: {statements: {Read: {actions: ['s3:Get*'], resources: ['arn:aws:s3:my-bucket']}}}": (
        "policies.statements.Read.resources.0 is \"arn:aws:s3:my-bucket\": it should be '*' or an ARN"
    ),
    "policies: {statements: {Read: {actions: ['s3:Get*'], resources: ['*'], condition: {StringEqual: {'a:b': c}}}}}": (
        "policies.statements.Read.condition.StringEqual: it should be an IAM operator, such as 'StringEquals'"
    ),
    "policies: {statements: {Read: {actions: ['s3:Get*'], resources: ['*'], condition: {Bool: {secure: true}}}}}": (
        "policies.statements.Read.condition.Bool.secure: it should be a condition key, such as 'aws:SourceAccount'"
    ),
    "policies: {statements: {Read: {actions: ['s3:Get*'], resources: ['*'], condition: {Bool: {'a:b': {}}}}}}": (
        "policies.statements.Read.condition.Bool.a:b is {}: it should be text, a number, true or false, or a list of"
    ),
    "policies: {statements: {WriteOwnLogs: {actions: ['s3:GetObject'], resources: ['*']}}}": (
        "policies.statements.WriteOwnLogs has the name of a statement that the program makes itself: choose another"
    ),
    "policies: {managed: [ReadOnlyAccess]}": 'policies.managed.0 is "ReadOnlyAccess": it should be the ARN of a policy',
    "policies: {managed: ['arn:aws:iam::amazon:policy/ReadOnlyAccess']}": (
        'policies.managed.0 is "arn:aws:iam::amazon:policy/ReadOnlyAccess": it should be the ARN of a policy, such as '
        "'arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess'"
    ),
    f"onFailure: {{destination: '{ARN}.fifo'}}": (
        f'onFailure.destination is "{ARN}.fifo": it should be the ARN of an SQS queue, SNS topic (neither of them FIFO)'
    ),
    "onFailure: {destination: failed}": 'onFailure.destination is "failed": it should be the ARN of an SQS queue,',
    "triggers: {url: {auth: none}}": "triggers.url.auth is \"none\": it should be 'iam' or 'public'",
    "triggers: {schedules: {nightly: {expression: daily}}}": (
        'triggers.schedules.nightly.expression is "daily": it should be a schedule of EventBridge Scheduler, such as'
    ),
    "triggers: {schedules: {nightly: {expression: 'cron(0 3 * * *)'}}}": (
        'triggers.schedules.nightly.expression is "cron(0 3 * * *)": it should have 6 fields with one space between '
        "them (minutes, hours, day of month, month, day of week, year), such as 'cron(0 3 * * ? *)'"
    ),
    "triggers: {schedules: {nightly: {expression: rate(1 day), timezone: Europe/Berln}}}": (
        'triggers.schedules.nightly.timezone is "Europe/Berln": it should be the IANA name of a time zone: did you '
        "mean Europe/Berlin?"
    ),
    "triggers: {buckets: {uploads: {prefix: in/*}}}": (
        'triggers.buckets.uploads.prefix is "in/*": it should be part of an object\'s key: up to 1,024 characters,'
    ),
    "triggers: {buckets: {uploads: {existing: my..bucket}}}": (
        'triggers.buckets.uploads.existing is "my..bucket": it should be the name of a bucket'
    ),
    "target: my stage": 'target is "my stage": it should be the name of a stage, or its number in quotes',
    "buildArgs: {A=B: x}": "buildArgs.A=B: it should be letters, digits and underscores, beginning with a letter",
    r'dockerfile: "Docker\0file"': r"dockerfile has the character \u0000, which can't be passed on: leave it out",
    "tags: {" + ", ".join(f"t{n}: x" for n in range(51)) + "}": "tags is {",
    "vpc: {subnets: [subnet-1, subnet-1], securityGroups: [sg-1]}": (
        'vpc.subnets is ["subnet-1", "subnet-1"]: it has subnet-1 twice: remove one'
    ),
    "vpc: {subnets: [subnet-1, subnet-2], securityGroups: [sg-1, sg-1]}": (
        'vpc.securityGroups is ["sg-1", "sg-1"]: it has sg-1 twice: remove one'
    ),
    "policies: {managed: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/A']}": (
        'policies.managed is ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/A"]: it has arn:'
    ),
    "triggers: {queues: {My Queue: {}}}": "triggers.queues.My Queue: it should be lower-case letters, digits and",
    "smoke: {event: 2026-01-01}": 'smoke.event is "2026-01-01": it should be a value that JSON has (put dates in',
    "smoke: {event: {n: .nan}}": "smoke.event is {",
    "recursiveLoop: deny": "recursiveLoop is \"deny\": it should be 'terminate' or 'allow'",
    "systemLogLevel: error": "systemLogLevel is \"error\": it should be 'debug', 'info' or 'warn'",
    "applicationLogLevel: DEBUG": "applicationLogLevel is \"DEBUG\": it should be 'trace', 'debug', 'info',",
    "role: arn:aws:iam::123456789012:user/me": "role is ",
    "role: orders": 'role is "orders": it should be the ARN of a role, such as \'arn:aws:iam::',
    f"{{{VPC}, fileSystem: {{accessPoint: fsap-1, path: /mnt/a}}}}": (
        'fileSystem.accessPoint is "fsap-1": it should be the ARN of an EFS access point'
    ),
    **{
        f"{{{VPC}, fileSystem: {{accessPoint: '{ACCESS_POINT}', path: {path}}}}}": (
            f'fileSystem.path is "{path}": it should be a folder directly below /mnt'
        )
        for path in ("/mnt", "/mnt/", "/mnt/..", "/mnt/a/b", "/tmp/a", "mnt/a")
    },
    **{
        f"triggers: {{url: {{cors: {{allowOrigins: ['{origin}']}}}}}}": (
            f'triggers.url.cors.allowOrigins.0 is "{origin}": it should be an origin without a path'
        )
        for origin in ("example.com", "https://example.com/", "https://*.example.com", "https://a.com,https://b.com")
    },
    "triggers: {url: {cors: {}}}": "triggers.url.cors.allowOrigins is missing",
    "triggers: {url: {cors: {allowOrigins: []}}}": "triggers.url.cors.allowOrigins is []: it should have at least 1",
    f"triggers: {{url: {{cors: {{allowOrigins: [{TOO_MANY}]}}}}}}": "triggers.url.cors.allowOrigins is [",
    "triggers: {url: {cors: {allowOrigins: ['*'], allowMethods: [OPTIONS]}}}": (
        "triggers.url.cors.allowMethods.0 is \"OPTIONS\": it should be 'DELETE', 'GET', 'HEAD', 'PATCH',"
    ),
    "triggers: {url: {cors: {allowOrigins: ['*'], allowMethods: [DELETE, GET, HEAD, PATCH, POST, PUT, '*']}}}": (
        "triggers.url.cors.allowMethods is ["
    ),
    "triggers: {url: {cors: {allowOrigins: ['*'], allowHeaders: [X Y]}}}": (
        'triggers.url.cors.allowHeaders.0 is "X Y": it should be the name of a header'
    ),
    "triggers: {url: {cors: {allowOrigins: ['*'], maxAge: 86401}}}": (
        "triggers.url.cors.maxAge is 86401: it should be a whole number from 0 to 86400 seconds"
    ),
    "triggers: {url: {invokeMode: RESPONSE_STREAM}}": (
        "triggers.url.invokeMode is \"RESPONSE_STREAM\": it should be 'buffered' or 'responseStream'"
    ),
    # Keys that there aren't
    "memroySize: 512": "memroySize is not a setting: did you mean memorySize?",
    "memory_size: 512": "memory_size is not a setting: did you mean memorySize?",
    "colour: red": "colour is not a setting: choose one of access, alarms, applicationLogLevel,",
    "vpc: {subnet: [], subnets: [subnet-1, subnet-2], securityGroups: [sg-1]}": (
        "vpc.subnet is not a setting: did you mean subnets?"
    ),
    "triggers: {queues: {orders: {batch: 5}}}": (
        "triggers.queues.orders.batch is not a setting: did you mean batchSize?"
    ),
    # What Lambda doesn't take as a variable, and what nobody should give it
    "environment: {PORT: 8080}": "environment.PORT is 8080: it should be text: put numbers, dates, yes and no in",
    "environment: {DEBUG: yes}": "environment.DEBUG is true: it should be text:",
    "environment: {A-B: x}": "environment.A-B: it should be two or more letters, digits and underscores,",
    "environment: {AWS_REGION: x}": "environment.AWS_REGION: Lambda sets it itself: choose another name",
    "environment: {LAMBDA_TASK_ROOT: x}": "environment.LAMBDA_TASK_ROOT: Lambda sets it itself: choose another name",
    f"environment: {{BIG: {'x' * 4096}}}": (
        "environment has 4,106 bytes as JSON, and Lambda takes 4,096: put some into a file, or several secrets into one"
    ),
    # What goes with something else only
    "{reservedConcurrency: 2, provisionedConcurrency: 3}": (
        "provisionedConcurrency is 3: it should be less than reservedConcurrency, 2, because the smoke event "
        "needs an instance that isn't warm"
    ),
    "{reservedConcurrency: 2, provisionedConcurrency: 2}": (
        "provisionedConcurrency is 2: it should be less than reservedConcurrency, 2, because the smoke event"
    ),
    "{reservedConcurrency: 2, provisionedConcurrency: 3, smoke: {enabled: false}}": (
        "provisionedConcurrency is 3: it should be reservedConcurrency, 2, or less"
    ),
    "release: {canary: {percent: 0, minutes: 10}}": (
        "release.canary.percent is 0: it should be a whole number from 1 to 99 percent of the calls"
    ),
    "release: {canary: {percent: 100, minutes: 10}}": (
        "release.canary.percent is 100: it should be a whole number from 1 to 99 percent of the calls"
    ),
    "release: {canary: {percent: 10}}": "release.canary.minutes is missing",
    "release: {canary: {percent: 10, minutes: 20, then: [30, 50]}}": (
        "release.canary.minutes is 20: all shares together should take 45 minutes or less, and take 60"
    ),
    "release: {canary: {percent: 10, minutes: 10, then: [50, 40]}}": (
        "release.canary.then.1 is 40: it should be more than the share before it, 50"
    ),
    "{timeout: 60, triggers: {queues: {orders: {visibilityTimeout: 59}}}}": (
        "triggers.queues.orders.visibilityTimeout is 59: it should be timeout, 60, or more"
    ),
    "triggers: {queues: {orders: {fifo: true, batchSize: 11}}}": (
        "triggers.queues.orders.batchSize is 11: it should be 10 or less for a FIFO queue"
    ),
    "triggers: {queues: {orders: {existing: 'arn:aws:sqs:us-east-1:123456789012:o.fifo', batchWindow: 1}}}": (
        "triggers.queues.orders.batchWindow is 1: Lambda has none for a FIFO queue; leave it out"
    ),
    "triggers: {queues: {orders: {contentBasedDeduplication: true}}}": (
        "triggers.queues.orders.contentBasedDeduplication applies only to a queue with `fifo: true`: leave it out"
    ),
    "triggers: {queues: {orders: {existing: 'arn:aws:sqs:us-east-1:123456789012:o', maxReceives: 5}}}": (
        "triggers.queues.orders.maxReceives has no effect beside existing, which is left as it is: leave it out"
    ),
    "triggers: {queues: {a: {existing: 'arn:aws:sqs:us-east-1:123456789012:o'}, "
    "b: {existing: 'arn:aws:sqs:us-east-1:123456789012:o'}}}": (
        "triggers.queues.b.existing is arn:aws:sqs:us-east-1:123456789012:o, as in a: a function can have a queue only "
        "once"
    ),
    "triggers: {queues: {orders: {existing: orders}}}": (
        'triggers.queues.orders.existing is "orders": it should be the ARN of a queue, such as '
        "'arn:aws:sqs:eu-central-1:123456789012:orders'"
    ),
    "triggers: {queues: {orders: {filters: [{body: {state: open}}]}}}": (
        'triggers.queues.orders.filters.0 is {"body": {"state": "open"}}: body.state should be a list of values, such '
        'as ["open"]'
    ),
    "triggers: {events: {opened: {pattern: {}}}}": (
        "triggers.events.opened.pattern is {}: it is empty: name at least one key"
    ),
    "triggers: {events: {opened: {pattern: {source: [shop]}, bus: a b}}}": (
        "triggers.events.opened.bus is \"a b\": it should be the name or the ARN of an event bus, such as 'orders'"
    ),
    "triggers: {topics: {news: {filterScope: messageBody}}}": (
        "triggers.topics.news.filterScope has no effect without filter: leave it out"
    ),
    "triggers: {topics: {news: {filter: {a: {b: [x]}}}}}": (
        "triggers.topics.news.filter has values below a, which only `filterScope: messageBody` can have"
    ),
    "triggers: {buckets: {uploads: {events: ['s3:ObjectCreated:*', 's3:ObjectCreated:Put']}}}": (
        "triggers.buckets.uploads.events.1 is s3:ObjectCreated:Put: s3:ObjectCreated:* includes it; leave it out"
    ),
    "triggers: {queues: {orders: {batchSize: 11}}}": (
        "triggers.queues.orders.batchSize is 11: more than 10 need a batchWindow of 1 second or more"
    ),
    f"fileSystem: {{accessPoint: '{ACCESS_POINT}', path: /mnt/a}}": (
        "fileSystem needs vpc: Lambda mounts a file system in the VPC that has its mount targets"
    ),
    "{logFormat: text, applicationLogLevel: debug}": (
        "applicationLogLevel is debug: Lambda has levels only with logFormat: json; leave out one of the two"
    ),
    "{logFormat: text, systemLogLevel: info}": "systemLogLevel is info: Lambda has levels only with logFormat: json",
    "triggers: {url: {cors: {allowOrigins: ['https://a.example', '*'], allowCredentials: true}}}": (
        "triggers.url.cors.allowCredentials is true, so any web page could call the URL as its visitor: name the"
    ),
    f"{{role: '{ROLE}', policies: {{managed: ['arn:aws:iam::aws:policy/A']}}}}": (
        "policies.managed has no effect beside role, which the program doesn't change: leave out one of both"
    ),
    f"{{role: '{ROLE}', policies: {{statements: {{A: {{actions: ['s3:GetObject'], resources: ['*']}}}}}}}}": (
        "policies.statements has no effect beside role, which the program doesn't change: leave out one of both"
    ),
    "role: arn:aws:iam::123456789012:role/lambda-images-dev-thumbnail": (
        "role is arn:aws:iam::123456789012:role/lambda-images-dev-thumbnail, which has the name of one of the stack's "
        "own roles: name a role that doesn't begin with lambda-images-dev-"
    ),
    "secrets: {KEY: {existing: 'arn:aws:ssm:eu-central-1:123456789012:secret/x'}}": (
        "secrets.KEY.existing is not the ARN of a secret in parameterStore: see `store`"
    ),
    "secrets: {KEY: {existing: shared/key}}": (
        "secrets.KEY.existing is shared/key: a parameter's name with slashes must begin with one"
    ),
    "secrets: {KEY: {existing: /key, kmsKey: 'arn:aws:kms:eu-central-1:123456789012:alias/mine'}}": (
        "secrets.KEY.kmsKey is [secret]: it should be the ARN of a KMS key"
    ),
    "{environment: {KEY: x}, secrets: {KEY: {existing: /key}}}": (
        "environment.KEY is also in secrets: keep one of the two"
    ),
    "secrets: {KEY: {kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1-2'}}": (
        "secrets.KEY.kmsKey applies only to an existing secret: name it as `existing`, or leave this out"
    ),
    "secrets: {KEY: {existing: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x'}}": (
        "secrets.KEY.existing is not the ARN of a secret in parameterStore: see `store`"
    ),
    "access: {jobs: {queue: acme jobs, can: send}}": (
        "access.jobs.queue is \"acme jobs\": it should be the name or the ARN of a queue, such as 'acme-jobs'"
    ),
    "access: {orders: {table: 'arn:aws:dynamodb:eu-central-1:123456789012:table/*', can: read}}": (
        'access.orders.table is "arn:aws:dynamodb:eu-central-1:123456789012:table/*": it should be the name or the ARN'
    ),
    "access: {orders: {table: 'arn:aws:sqs:eu-central-1:123456789012:orders', can: read}}": "access.orders.table is ",
    "access: {key: {parameter: acme/stripe, can: read}}": (
        'access.key.parameter is "acme/stripe": it should be the name or the ARN of a parameter'
    ),
    "access: {orders: {table: acme-orders}}": "access.orders.can is missing",
    "access: {orders: {table: acme-orders, can: delete}}": (
        "access.orders.can is \"delete\": it should be 'read', 'write', 'readWrite',"
    ),
    "access: {jobs: {queue: acme-jobs, can: read}}": "access.jobs.can is read: for a queue it should be send",
    "access: {news: {topic: acme-news, can: read}}": "access.news.can is read: for a topic it should be publish",
    "access: {key: {secret: acme/stripe, can: write}}": "access.key.can is write: for a secret it should be read",
    "access: {uploads: {bucket: acme-uploads, can: send}}": (
        "access.uploads.can is send: for a bucket it should be read, write or readWrite"
    ),
    "access: {x: {can: read}}": (
        "access.x names no resource: it should have one of bucket, table, queue, topic, secret, parameter, module"
    ),
    "access: {x: {table: acme-orders, bucket: acme-uploads, can: read}}": (
        "access.x names a bucket and a table: it should have one of bucket, table, queue, topic, secret, parameter,"
    ),
    "access: {jobs: {queue: acme-jobs, prefix: in/, can: send}}": (
        "access.jobs.prefix applies only to a bucket: leave it out"
    ),
    "access: {uploads: {bucket: acme-uploads, prefix: 'in/*', can: read}}": (
        'access.uploads.prefix is "in/*": it should be part of an object\'s key'
    ),
    "access: {resize: {module: thumbnial, can: invoke}}": (
        "access.resize.module is thumbnial, which is not a module: did you mean thumbnail?"
    ),
    "access: {x: {module: thumbnail, can: invoke, kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1-2'}}": (
        "access.x.kmsKey doesn't apply to a module: leave it out"
    ),
}


@pytest.mark.parametrize(("settings", "expected"), MISTAKES.items(), ids=lambda text: text[:40])
def test_a_mistake_is_named_with_file_line_key_value_and_what_is_allowed(
    checkout: Checkout, settings: str, expected: str
) -> None:
    checkout.add("thumbnail", settings)
    (line,) = checkout.refusal()
    assert line.startswith(f"modules/thumbnail/module.yaml:1: {expected}")


def test_a_key_that_is_no_text_is_no_setting(checkout: Checkout) -> None:
    checkout.add("thumbnail", "5: x")
    assert checkout.refusal() == ["modules/thumbnail/module.yaml:1: the key 5 is not text: put it in quotes"]


def test_a_secret_in_plain_text_is_refused_with_the_command_to_run(checkout: Checkout) -> None:
    checkout.add("thumbnail", "environment:\n  TOKEN: ghp_" + "a" * 36)
    assert checkout.refusal() == [
        "modules/thumbnail/module.yaml:2: environment.TOKEN looks like a GitHub token, in plain text: "
        "name it below `secrets` instead, and set it with",
        "  pulumi config set --secret --path 'secrets.thumbnail.TOKEN'",
    ]


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_LAMBDA_EXEC_WRAPPER", "TZ", "LAMBDA_X"])
def test_what_lambda_lets_one_set_is_taken(checkout: Checkout, name: str) -> None:
    checkout.add("thumbnail", f"environment: {{{name}: x}}")
    assert checkout.load().modules["thumbnail"].environment == {name: "x"}


@pytest.mark.parametrize(
    "settings",
    [
        f"{{{VPC}, fileSystem: {{accessPoint: '{ACCESS_POINT}', path: /mnt/models-1.2_a, readOnly: true}}}}",
        "vpc: {subnets: [subnet-1, subnet-2], securityGroups: [sg-1], ipv6: true}",
        "{applicationLogLevel: trace, systemLogLevel: warn, recursiveLoop: allow}",
        f"role: '{ROLE}'",
        "role: 'arn:aws-cn:iam::123456789012:role/orders'",
        "triggers: {url: {invokeMode: responseStream, cors: {allowOrigins: ['*'], allowMethods: ['*'], maxAge: 0}}}",
        "triggers: {url: {cors: {allowOrigins: ['http://localhost:60905', 'capacitor://localhost'], "
        "allowCredentials: true, allowHeaders: ['*'], exposeHeaders: [X-Request-Id]}}}",
    ],
)
def test_what_lambda_takes_is_taken(checkout: Checkout, settings: str) -> None:
    checkout.add("thumbnail", settings)
    assert checkout.load().modules.keys() == {"thumbnail"}


def test_every_mistake_in_every_file_is_reported_at_once_with_its_line(checkout: Checkout) -> None:
    checkout.add("ai-model", "description: x\nmemorySize: 64\nvpc:\n  subnets: [subnet-1, subnet-2]\n")
    checkout.add("broken", "a: 1\na: 2\n")
    checkout.add("thumbnail", "timeout: 901\ntarget: 5\n")
    assert checkout.refusal(parallel=0, memorySiz=512) == [
        "Pulumi.dev.yaml:2: lambda-images:parallel is 0: it should be a whole number from 1 to 64 modules",
        "Pulumi.dev.yaml:3: lambda-images:memorySiz is not a setting: did you mean memorySize?",
        "modules/ai-model/module.yaml:2: memorySize is 64: it should be a whole number from 128 to 10240 MiB",
        "modules/ai-model/module.yaml:3: vpc.securityGroups is missing",
        "modules/broken/module.yaml:2: 'a' is already set in line 1: keep one",
        "modules/thumbnail/module.yaml:2: target is 5: it should be the name of a stage, or its number in quotes",
        "modules/thumbnail/module.yaml:1: timeout is 901: it should be a whole number from 1 to 900 seconds",
    ]


def test_a_mistake_is_named_where_it_was_made(checkout: Checkout) -> None:
    checkout.add("thumbnail", "timeout: 5\nmemorySize: 64\n")
    assert checkout.refusal(modules={"thumbnail": {"timeout": 901, "vpc": {"subnets": []}}}) == [
        "modules/thumbnail/module.yaml:2: memorySize is 64: it should be a whole number from 128 to 10240 MiB",
        "Pulumi.dev.yaml:4: lambda-images:modules.thumbnail.timeout is 901: "
        "it should be a whole number from 1 to 900 seconds",
        "Pulumi.dev.yaml:6: lambda-images:modules.thumbnail.vpc.subnets is []: it should have at least 2 items",
        "Pulumi.dev.yaml:5: lambda-images:modules.thumbnail.vpc.securityGroups is missing",
    ]


def test_the_value_of_a_secret_is_never_shown(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    messages = checkout.refusal(secrets={"thumbnail": {"KEY": ["hunter2"]}})
    assert messages == [
        "Pulumi.dev.yaml:4: lambda-images:secrets.thumbnail.KEY is [secret]: "
        "it should be text: put numbers, dates, yes and no in quotes"
    ]
