"""The process of the emulator that tests start: MiniStack with the changes that need neither Docker nor accounts."""

from ministack import app
from ministack.services import lambda_svc

from sandbox.emulator.ministack.event_rules import enforce_event_rules
from sandbox.emulator.ministack.identity_providers import change_identity_providers
from sandbox.emulator.ministack.subscriptions import enforce_subscription_rules
from sandbox.emulator.ministack.tables import change_tables

if __name__ == "__main__":
    change_identity_providers()
    enforce_event_rules()
    enforce_subscription_rules()
    change_tables()
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.03  # seconds in the state Pending, to make the tests faster
    app.main()
