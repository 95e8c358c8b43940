"""The process of the emulator that tests start: MiniStack with the changes that need neither Docker nor accounts."""

from ministack import app

from sandbox.emulator.ministack.event_rules import enforce_event_rules
from sandbox.emulator.ministack.function_states import follow_function_states
from sandbox.emulator.ministack.identity_providers import change_identity_providers
from sandbox.emulator.ministack.subscriptions import enforce_subscription_rules
from sandbox.emulator.ministack.tables import change_tables

if __name__ == "__main__":
    change_identity_providers()
    enforce_event_rules()
    enforce_subscription_rules()
    follow_function_states()
    change_tables()
    app.main()
