"""Local stand-ins for the `aws` and `docker` plugins of Pulumi, attached to the engine over gRPC.

    with serve([aws.provider(), docker.provider()], environ) as attached:
        run(["pulumi", "up"], env={**environ, "PULUMI_DEBUG_PROVIDERS": attached})

To add an AWS resource type, write one file beside `aws/log_group.py` and list its class in `aws/__init__.py`:

- `token`, and a table `properties` of rules (`rules.py`): required, default, computed by AWS, secret, replaces, valid
  values. Names and types come from the installed SDK (`shapes.py`); one that the SDK has and the table lacks is
  refused as unsupported. Check, Diff and previews follow from the table (`checking.py`, `planning.py`).
- `make`, `describe`, `change` and `remove`, over boto3, and `complete` where a new thing needs further calls. AWS
  errors raised in them are explained to the user by the base class, codes in `gone` mean that it isn't there.
- its recording under tests/sandbox/offline/plugins/recordings, against which the conformance tests run it.

A type that isn't AWS's subclasses `table_resource.TableResource`, or `resource.Resource` where no table fits: then all verbs
are its own. Handlers see plain values (`values.py`), say no with `errors.Refused` (or `Failure` in Check), and tell
the user things by `call.log`. A provider is `provider.Provider`: resources, functions, `check_config`, `configure`.
"""
