"""The ways to ship a module that are compared."""

PULUMI_UP = "pulumi up"
MAKE_UP = "make up"
SCRIPT = "docker + aws script, polls every 5 s"
BARE = "bare API calls, no sleep"
BARE_RELEASE = "bare API calls that release a version, no sleep"
SAM = "AWS SAM (sam build, sam deploy)"
