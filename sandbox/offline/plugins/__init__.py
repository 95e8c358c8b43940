"""Local replacements for Pulumi's `aws` and `docker` plugins. The engine is attached to them over gRPC.

    with serve([aws.provider(), docker.provider()], environ) as attached:
        run(["pulumi", "up"], env={**environ, "PULUMI_DEBUG_PROVIDERS": attached})

To add an AWS resource type:

1. Write `aws/<service>/<type>.py` after the example of `aws/logs/log_group.py`: a subclass of
   `AwsResource[<client type>]`.
   - `token`, `label`, `service` (boto3's name), `not_found_codes`, and `tagging` if the type has tags.
   - `properties`, a table of rules (`rules.py`): which properties are required, computed by AWS or secret, which
     replace the resource, their defaults and their valid values. Names and types come from the installed SDK
     (`shapes.py`). A property that the SDK has and the table lacks is refused as unsupported. Check, Diff and previews
     are derived from the table (`checking.py`, `planning.py`).
   - `api_create`, `api_read`, `api_update` and `api_delete` call boto3. `after_create` makes the further calls that a
     new resource needs, and `adjust_plan` changes the plan where the table isn't enough. The base class explains AWS
     errors to the user. It treats an error with one of the `not_found_codes` as a resource that doesn't exist.
2. List the class in `aws/__init__.py`.
3. Add its recording below `tests/sandbox/offline/plugins/recordings/`, which the conformance tests replay.

The first type of a service also needs the type of its client in `aws/clients.py`.

A type of another provider subclasses `table_resource.TableResource`. Where no table fits, it subclasses
`resource.Resource` and implements every verb itself. Handlers see plain values (`values.py`), raise `errors.Refused`
(or return a `CheckFailure` from Check), and send messages to the user with `call.log`. A provider is a
`provider.Provider`, which consists of resources, functions, `check_config` and `configure`.
"""
