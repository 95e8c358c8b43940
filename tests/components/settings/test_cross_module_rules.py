"""What settings of several modules, or of a module and its stack, may not say together."""

import pytest

from components.settings.cross_module_rules import physical_names
from components.settings.declaration import ModuleDeclaration
from components.settings.module import ModuleSettings
from components.settings.triggers import Bucket, Queue, Triggers
from tests.components.settings.conftest import Checkout


def test_an_override_of_no_module_is_named_with_the_nearest(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    checkout.add("ai-model")
    assert checkout.refusal(modules={"thumbnial": {"timeout": 5}, "zzz": {}}) == [
        "Pulumi.dev.yaml:3: lambda-images:modules.thumbnial is for a module that does not exist: "
        "did you mean thumbnail?",
        "  if the module was removed: pulumi config rm --path 'modules.thumbnial'",
        "Pulumi.dev.yaml:5: lambda-images:modules.zzz is for a module that does not exist: "
        "choose one of ai-model, thumbnail",
        "  if the module was removed: pulumi config rm --path 'modules.zzz'",
    ]


def test_an_image_of_no_module_is_named_with_the_nearest(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    checkout.add("preview", "image:\n  module: thumbnial\n")
    assert checkout.refusal() == [
        "modules/preview/module.yaml:2: image.module is thumbnial, which is not a module: did you mean thumbnail?"
    ]


def test_a_build_secret_has_its_value_from_the_stack_or_from_a_variable(checkout: Checkout) -> None:
    checkout.add("orders", "buildSecrets:\n  pip: {env: PIP_INDEX_URL}\n  npm.token: {}\n")
    assert checkout.refusal(buildSecrets={"nmp": "planted"}) == [
        "modules/orders/module.yaml:3: buildSecrets.npm.token has no value in this stack: write `{env: ...}` with the "
        "name of an environment variable, or set the value with",
        """  pulumi config set --secret --path 'buildSecrets["npm.token"]'""",
        "Pulumi.dev.yaml:3: lambda-images:buildSecrets.nmp is a build secret that no module takes from here: "
        "choose one of npm.token",
    ]
    loaded = checkout.load(buildSecrets={"npm.token": "planted"})
    assert loaded.stack.build_secrets["npm.token"].get_secret_value() == "planted"
    assert "planted" not in str(loaded)


def test_jobs_take_build_secrets_from_variables_alone_and_other_stacks_need_none(checkout: Checkout) -> None:
    checkout.add("orders", "buildSecrets: {npm: {}}\nbuildSsh: true\n")
    assert checkout.refusal(pipeline={"images": "jobs"}) == [
        "modules/orders/module.yaml:1: buildSecrets.npm names no environment variable, and jobs of the pipeline, which "
        "build the images of this stack, can't decrypt its settings: write `{env: ...}` with the name of one"
    ]
    assert checkout.load(pipeline={"images": "copy", "after": "test"}).modules["orders"].build_ssh


def test_a_build_secret_is_neither_empty_nor_too_large(checkout: Checkout) -> None:
    checkout.add("orders", "buildSecrets: {npm: {}, pip: {}}\n")
    assert checkout.refusal(buildSecrets={"npm": "", "pip": "x" * 102_401}) == [
        "Pulumi.dev.yaml:3: lambda-images:buildSecrets.npm has 0 bytes, and a build secret may have 1 to 102,400",
        "Pulumi.dev.yaml:4: lambda-images:buildSecrets.pip has 102,401 bytes, and a build secret may have 1 to 102,400",
    ]


def test_a_secret_among_build_arguments_is_refused_with_where_it_belongs(checkout: Checkout) -> None:
    checkout.add("orders", f"buildArgs: {{TOKEN: ghp_{36 * 'a'}}}\n")
    (refusal,) = checkout.refusal()
    assert "Name it below `buildSecrets` instead, and mount it in the Dockerfile: docs/secrets.md" in refusal


def test_cycles_of_images_are_refused_at_each_of_their_modules(checkout: Checkout) -> None:
    checkout.add("a", "image: {module: b}")
    checkout.add("b", "image: {module: a}")
    checkout.add("itself", "image: {module: itself}")
    assert checkout.refusal() == [
        "modules/a/module.yaml:1: image.module is b, which builds no image: it runs that of a",
        "modules/b/module.yaml:1: image.module is a, which builds no image: it runs that of b",
        "modules/itself/module.yaml:1: image.module is itself, which builds no image: it runs that of itself",
    ]


def test_the_image_of_a_module_that_is_not_enabled_is_not_there(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    checkout.add("preview", "image: {module: thumbnail}")
    assert checkout.refusal(modules={"thumbnail": {"enabled": False}}) == [
        "modules/preview/module.yaml:1: image.module is thumbnail, which is not enabled: "
        "build the image here, or enable that module"
    ]


def test_a_module_that_builds_no_image_has_nothing_to_say_of_building(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    checkout.add("preview", "image: {module: thumbnail}\ntarget: app\nbuildArgs: {A: b}\nbuildSsh: true\n")
    assert checkout.refusal(buildArgs={"B": "c"}) == [
        "modules/preview/module.yaml:2: target has no effect beside image.module: leave out one of the two",
        "modules/preview/module.yaml:3: buildArgs has no effect beside image.module: leave out one of the two",
        "modules/preview/module.yaml:4: buildSsh has no effect beside image.module: leave out one of the two",
    ]


def test_an_image_of_a_module_with_mistakes_is_no_mistake_of_its_own(checkout: Checkout) -> None:
    checkout.add("thumbnail", "timeout: 0")
    checkout.add("preview", "image: {module: thumbnail}")
    (message,) = checkout.refusal()
    assert message.startswith("modules/thumbnail/module.yaml:1: timeout is 0")


def test_a_secret_without_a_value_is_named_with_the_command_that_sets_it(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets:\n  API_KEY: {}\n")
    assert checkout.refusal() == [
        "modules/thumbnail/module.yaml:2: secrets.API_KEY has no value in this stack: set it with",
        "  pulumi config set --secret --path 'secrets.thumbnail.API_KEY'",
    ]
    loaded = checkout.load(secrets={"thumbnail": {"API_KEY": "hunter2"}})
    assert loaded.stack.secrets["thumbnail"]["API_KEY"].get_secret_value() == "hunter2"


def test_a_parameter_is_refused_where_a_new_value_would_lose_the_key_of_the_stack(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets:\n  API_KEY: {}\n  PEPPER: {store: secretsManager}\n  SALT: {existing: salt}\n")
    values = {"API_KEY": "x", "PEPPER": "y"}
    assert checkout.refusal(secrets={"thumbnail": values}, encryption="customer") == [
        "modules/thumbnail/module.yaml:2: secrets.API_KEY can't be in parameterStore in a stack with encryption: "
        "customer, because a new value would be encrypted with AWS's own key: write `store: secretsManager`"
    ]


def test_a_value_that_no_module_asks_for_is_named(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {}}")
    values = {"API_KEY": "x", "API_KYE": "y"}
    assert checkout.refusal(secrets={"thumbnail": values, "other": {"KEY": "z"}}) == [
        "Pulumi.dev.yaml:6: lambda-images:secrets.other is for a module that does not exist: choose one of thumbnail",
        "  if the module was removed: pulumi config rm --path 'secrets.other'",
        "Pulumi.dev.yaml:5: lambda-images:secrets.thumbnail.API_KYE is not a secret of the module: "
        "did you mean API_KEY?",
    ]


def test_a_secret_that_exists_has_no_value_here(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {existing: /shared/key}}")
    assert checkout.refusal(secrets={"thumbnail": {"API_KEY": "x"}}) == [
        "modules/thumbnail/module.yaml:1: secrets.API_KEY exists elsewhere, and has a value in this stack: "
        "leave out one of the two"
    ]


@pytest.mark.parametrize(("store", "size"), [("parameterStore", 4097), ("secretsManager", 65_537)])
def test_a_value_that_does_not_fit_its_store_is_refused_and_not_shown(
    checkout: Checkout, store: str, size: int
) -> None:
    checkout.add("thumbnail", f"secrets: {{API_KEY: {{store: {store}}}}}")
    (message,) = checkout.refusal(secrets={"thumbnail": {"API_KEY": "x" * size}})
    assert message == (
        f"modules/thumbnail/module.yaml:1: secrets.API_KEY has {size:,} bytes here, and {store} takes 1 to "
        f"{size - 1:,}: see `store`"
    )
    assert checkout.load(secrets={"thumbnail": {"API_KEY": "x" * (size - 1)}}).modules


@pytest.mark.parametrize("value", ["{{ssm:other}}", "Dear {{ name }}, ...", "{{\n}}"])
def test_a_value_that_ssm_takes_for_another_parameter_is_refused(checkout: Checkout, value: str) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {}}")
    assert checkout.refusal(secrets={"thumbnail": {"API_KEY": value}}) == [
        "modules/thumbnail/module.yaml:1: secrets.API_KEY has a value with {{ and }}, which parameterStore reads as "
        "another parameter and refuses: write `store: secretsManager`"
    ]
    (checkout.modules / "thumbnail" / "module.yaml").write_text("secrets: {API_KEY: {store: secretsManager}}")
    assert checkout.load(secrets={"thumbnail": {"API_KEY": value}}).modules


def test_braces_that_name_no_parameter_are_taken(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {}}")
    assert checkout.load(secrets={"thumbnail": {"API_KEY": '{"a": {"b": {"c": 1}}}'}}).modules


def test_an_empty_value_is_refused(checkout: Checkout) -> None:
    checkout.add("thumbnail", "secrets: {API_KEY: {}}")
    (message,) = checkout.refusal(secrets={"thumbnail": {"API_KEY": ""}})
    assert "secrets.API_KEY has 0 bytes here" in message


def test_secrets_of_a_module_that_is_not_enabled_need_no_value(checkout: Checkout) -> None:
    checkout.add("thumbnail", "enabled: false\nsecrets: {API_KEY: {}}")
    assert checkout.load().modules == {}


def test_a_name_that_is_too_long_for_one_of_its_resources_is_refused_once(checkout: Checkout) -> None:
    name = "m" * 47
    checkout.add(name)
    assert checkout.refusal() == [
        f"the name 'lambda-images-dev-{name}' has 65 characters, and that of a function may have 64: "
        f"shorten the name of '{name}', or set a shorter namePrefix"
    ]
    assert checkout.load(namePrefix="lambda-dev").modules.keys() == {name}


def test_a_bucket_may_have_fewer_characters_than_a_function(checkout: Checkout) -> None:
    name = "m" * 30
    checkout.add(name, "triggers: {buckets: {pictures: {}}}")
    (message,) = checkout.refusal()
    assert message.startswith(
        f"the name 'lambda-images-dev-{name}-pictures-000000000000' has 70 characters, and that of a bucket"
    )


def test_two_modules_with_one_physical_name_are_refused(checkout: Checkout) -> None:
    checkout.add("orders", "triggers: {queues: {new-eu: {}}}")
    checkout.add("orders-new", "triggers: {queues: {eu: {}}}")
    assert checkout.refusal() == [
        f"'orders' and 'orders-new' would both have the queue '{name}': rename one of them"
        for name in ("lambda-images-dev-orders-new-eu", "lambda-images-dev-orders-new-eu-dead")
    ]


def test_a_queue_named_as_the_dead_letter_queue_of_another_is_refused(checkout: Checkout) -> None:
    checkout.add("orders", "triggers: {queues: {new: {}, new-dead: {}}}")
    assert checkout.refusal() == [
        "'orders' would have the queue 'lambda-images-dev-orders-new-dead' twice: rename one of its triggers"
    ]


def test_a_bucket_in_a_stack_with_an_underscore_needs_another_prefix() -> None:
    settings = ModuleSettings(triggers=Triggers(buckets={"up": Bucket()}, queues={"orders": Queue()}))
    modules = {"a": ModuleDeclaration(name="a", documents=[], settings=settings)}
    assert list(physical_names("p-my_feature", modules)) == [
        "the bucket 'p-my_feature-a-up-000000000000' can't have an underscore in its name: set a namePrefix without one"
    ]


def test_a_stacks_name_that_no_resource_can_begin_with_is_refused(checkout: Checkout) -> None:
    checkout.add("thumbnail")
    assert checkout.refusal(namePrefix="My.Stack") == [
        'Pulumi.dev.yaml:2: lambda-images:namePrefix is "My.Stack": it should be lower-case letters, digits and single '
        "hyphens, such as 'new-orders', or empty"
    ]


def test_a_bucket_of_others_notifies_one_trigger_alone(checkout: Checkout) -> None:
    checkout.add("a", "triggers: {buckets: {uploads: {existing: theirs}}}")
    checkout.add("b", "triggers: {buckets: {uploads: {existing: theirs}}}")
    assert checkout.refusal() == [
        "modules/b/module.yaml:1: triggers.buckets.uploads.existing is theirs, as in "
        "modules/a/module.yaml:1: triggers.buckets.uploads.existing: a bucket can notify only one trigger"
    ]
