from pathlib import Path

import pytest

from components.arn import LONGEST_SCOPE
from components.settings.references import ReferringText, filled
from components.settings.wiring import deployment_order
from tests.components.settings.conftest import Checkout

ORDERS = "triggers: {url: {}, queues: {jobs: {}}, buckets: {uploads: {}}, topics: {news: {}}}"
KNOWN = {"partition": "aws", "region": "eu-central-1", "account": "123456789012"}
SEND = "policies: {statements: {Send: {actions: ['sqs:SendMessage'], resources: ['%s']}}}"


def environment(text: str) -> str:
    return f"environment: {{VALUE: '{text}'}}"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${stack}", "dev"),
        ("${prefix}-x", "lambda-images-dev-x"),
        ("${account}/${region}/${partition}", "123456789012/eu-central-1/aws"),
        ("${modules.orders.functionName}", "lambda-images-dev-orders"),
        (
            "${modules.orders.aliasArn}",
            "arn:aws:lambda:eu-central-1:123456789012:function:lambda-images-dev-orders:live",
        ),
        ("${modules.orders.queues.jobs.name}", "lambda-images-dev-orders-jobs"),
        ("${modules.orders.queues.jobs.arn}", "arn:aws:sqs:eu-central-1:123456789012:lambda-images-dev-orders-jobs"),
        ("${modules.orders.buckets.uploads.name}", "lambda-images-dev-orders-uploads-123456789012"),
        ("${modules.orders.buckets.uploads.arn}", "arn:aws:s3:::lambda-images-dev-orders-uploads-123456789012"),
        ("${modules.orders.topics.news.arn}", "arn:aws:sns:eu-central-1:123456789012:lambda-images-dev-orders-news"),
        ("$${stack} costs $5", "${stack} costs $5"),
        ("$${stack} is ${stack} in ${region}", "${stack} is dev in eu-central-1"),
    ],
)
def test_names_and_arns_follow_from_the_settings_and_need_no_order(
    checkout: Checkout, written: str, value: str
) -> None:
    checkout.add("orders", ORDERS)
    checkout.add("billing", environment(written))
    loaded = checkout.load()
    assert filled(loaded.modules["billing"].environment["VALUE"], KNOWN) == value
    assert loaded.after["billing"] == {}


@pytest.mark.parametrize(
    "settings",
    [
        environment("${modules.orders.queues.jobs.url}"),
        environment("${modules.orders.functionUrl}"),
        "onFailure: {destination: '${modules.orders.queues.jobs.arn}'}",
        "triggers: {topics: {theirs: {existing: '${modules.orders.topics.news.arn}'}}}",
    ],
)
def test_what_has_to_exist_is_deployed_before(checkout: Checkout, settings: str) -> None:
    checkout.add("orders", ORDERS)
    checkout.add("billing", settings)
    loaded = checkout.load()
    (place,) = loaded.after["billing"].values()
    assert place.startswith("modules/billing/module.yaml:1: ")
    assert deployment_order(loaded.modules, loaded.after) == ["orders", "billing"]


def test_a_trigger_that_uses_what_exists_has_its_name_and_arn(checkout: Checkout) -> None:
    Path("resources.py").touch()
    checkout.add("orders", "triggers: {buckets: {uploads: {existing: '${resources.pictures.bucket}'}}}")
    checkout.add("billing", environment("${modules.orders.buckets.uploads.arn}/in"))
    text = checkout.load().modules["billing"].environment["VALUE"]
    assert text == "arn:${partition}:s3:::${resources.pictures.bucket}/in"


def test_all_mistakes_are_reported_with_file_line_value_and_suggestion(checkout: Checkout) -> None:
    checkout.add("orders", ORDERS)
    checkout.add("disabled", "enabled: false")
    checkout.add(
        "billing",
        "\n".join(
            (
                "memorySize: 1",
                "environment:",
                "  AA: ${acount}",
                "  BB: ${modules.order.functionName}",
                "  CC: ${modules.orders.queues.job.url}",
                "  DD: ${modules.disabled.functionName}",
                "  EE: ${resources.table.arn}",
                "  FF: ${modules.billing.functionName} ${module.orders.functionName} ${modules.orders}",
            )
        ),
    )
    assert checkout.refusal()[0].startswith("modules/billing/module.yaml:1: memorySize is 1")
    file = Path("modules/billing/module.yaml")
    file.write_text(file.read_text().replace("memorySize: 1\n", "memorySize: 128\n"))
    at = "modules/billing/module.yaml"
    assert checkout.refusal(modules={"billing": {"environment": {"GG": "${modules.billing.functionUrl}"}}}) == [
        f"{at}:3: environment.AA has ${{acount}}, which is no reference: did you mean account?",
        f"{at}:4: environment.BB has ${{modules.order.functionName}}, but there is no module 'order': "
        "did you mean orders?",
        f"{at}:5: environment.CC has ${{modules.orders.queues.job.url}}, but 'orders' has no 'queues.job.url': "
        "did you mean queues.jobs.url?",
        f"{at}:6: environment.DD has ${{modules.disabled.functionName}}, but 'disabled' is not enabled in this stack, "
        "or has mistakes",
        f"{at}:7: environment.EE has ${{resources.table.arn}}, but there is no resources.py that declares the "
        "resource: see docs/wiring.md",
        f"{at}:8: environment.FF has ${{module.orders.functionName}}, which is no reference: did you mean modules?",
        f"{at}:8: environment.FF has ${{modules.orders}}, but 'orders' is a module, not text: choose one of aliasArn, "
        "buckets.uploads.arn, buckets.uploads.name, functionArn, functionName, functionUrl, queues.jobs.arn, "
        "queues.jobs.name, queues.jobs.url, topics.news.arn, topics.news.name",
        "Pulumi.dev.yaml:5: lambda-images:modules.billing.environment.GG has ${modules.billing.functionUrl}, but "
        "'billing' has no 'functionUrl': did you mean functionArn?",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (environment("${stack"), 'environment.VALUE is "${stack": it has a `${` without a `}`'),
        (environment("${aws:username}"), "it has ${aws:username}, which is no reference: write `$${` for a literal"),
        (SEND % "${account}", "Send.resources.0 is ${account}: it should be '*' or an ARN"),
        (SEND % "${prefix}", "Send.resources.0 is lambda-images-dev: it should be '*' or an ARN"),
        (SEND % "$${x}", 'Send.resources.0 is "$${x}": it should be'),
        (environment("${modules.orders.queues.jobs.url}"), "which exists only after the module's own function"),
    ],
)
def test_what_can_be_known_to_be_wrong_is_refused_before_the_program_runs(
    checkout: Checkout, settings: str, message: str
) -> None:
    checkout.add("orders", settings if "modules." not in settings else f"{ORDERS}\n{settings}")
    (refusal,) = checkout.refusal()
    assert message in refusal


def test_a_circle_is_refused_with_the_modules_and_settings_in_it(checkout: Checkout) -> None:
    for name, other in (("orders", "billing"), ("billing", "stock"), ("stock", "orders")):
        checkout.add(name, "triggers: {queues: {jobs: {}}}\n" + environment(f"${{modules.{other}.queues.jobs.url}}"))
    checkout.add("apart", environment("${modules.orders.queues.jobs.url}"))
    first, *steps = checkout.refusal()
    assert first == "modules would have to be deployed before each other: leave out one of these references"
    said = "  '{}' refers to '{}' in modules/{}/module.yaml:2: environment.VALUE"
    pairs = (("orders", "billing"), ("billing", "stock"), ("stock", "orders"))
    assert sorted(steps) == sorted(said.format(one, other, one) for one, other in pairs)


def test_modules_may_name_each_other(checkout: Checkout) -> None:
    for name, other in (("orders", "billing"), ("billing", "orders")):
        checkout.add(name, "triggers: {queues: {jobs: {}}}\n" + SEND % f"${{modules.{other}.queues.jobs.arn}}")
    assert checkout.load().after == {"orders": {}, "billing": {}}


def test_policies_keep_the_variables_of_iam(checkout: Checkout) -> None:
    condition = "condition: {StringEquals: {'aws:SourceAccount': ['${account}', '${aws:PrincipalAccount}']}}"
    resource = "arn:aws:s3:::${prefix}-${region}/${aws:username}/${*}"
    statement = f"{{actions: ['s3:GetObject'], resources: ['{resource}'], {condition}}}"
    checkout.add("orders", f"policies: {{statements: {{Read: {statement}}}}}")
    read = filled(checkout.load().modules["orders"].policies.statements["Read"], KNOWN)
    assert read.resources == ["arn:aws:s3:::lambda-images-dev-eu-central-1/${aws:username}/${*}"]
    assert read.condition == {"StringEquals": {"aws:SourceAccount": ["123456789012", "${aws:PrincipalAccount}"]}}


def test_the_notifications_of_another_modules_bucket_are_not_replaced(checkout: Checkout) -> None:
    checkout.add("orders", ORDERS)
    checkout.add("billing", "triggers: {buckets: {theirs: {existing: '${modules.orders.buckets.uploads.name}'}}}")
    (refusal,) = checkout.refusal()
    assert "as in modules/orders/module.yaml:1: triggers.buckets.uploads: a bucket can notify only one" in refusal


def test_rules_about_policies_see_what_references_stand_for(checkout: Checkout) -> None:
    checkout.add("orders", "secrets: {KEY: {}}")
    secret = "arn:aws:ssm:${region}:${account}:parameter/lambda/${prefix}-orders/KEY"
    checkout.add("billing", (SEND % secret).replace("sqs:SendMessage", "ssm:GetParameter"))
    (refusal,) = checkout.refusal(secrets={"orders": {"KEY": "x"}})
    assert "a secret of 'orders', which doesn't share it" in refusal and LONGEST_SCOPE.region in refusal


def test_a_shared_secret_is_named_by_the_stacks_prefix(checkout: Checkout) -> None:
    checkout.add("orders", "secrets: {KEY: {sharedWith: [billing]}}")
    checkout.add("billing", "secrets: {KEY: {existing: '/lambda/${prefix}-orders/KEY'}}")
    settings = checkout.load(secrets={"orders": {"KEY": "x"}}).modules["billing"]
    assert settings.secrets["KEY"].existing == "/lambda/lambda-images-dev-orders/KEY"


def test_a_text_is_what_is_written_until_its_references_are_replaced(checkout: Checkout) -> None:
    checkout.add("orders", environment("${region}"))
    text = checkout.load().modules["orders"].environment["VALUE"]
    assert isinstance(text, ReferringText)
    assert (text, text.place) == ("${region}", "modules/orders/module.yaml:1: environment.VALUE")
