"""What every module calculates prices with. All amounts are in cents."""

TAX_PERCENT = 19
MINIMUM_FOR_DISCOUNT = 10
DISCOUNT_PERCENT = 5


def net(quantity: int, unit_price: int) -> int:
    """The price of a quantity, with the discount for large ones."""
    percent = 100 - DISCOUNT_PERCENT if quantity >= MINIMUM_FOR_DISCOUNT else 100
    return quantity * unit_price * percent // 100


def tax(amount: int) -> int:
    """The tax on a net amount."""
    return amount * TAX_PERCENT // 100
