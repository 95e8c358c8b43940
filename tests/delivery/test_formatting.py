from delivery.formatting import format_table, short_digest


def test_columns_are_as_wide_as_their_widest_cell_and_lines_end_without_spaces() -> None:
    assert format_table([("module", "version"), ("a", "1"), ("thumbnail", "")]) == [
        "module     version",
        "a          1",
        "thumbnail",
    ]


def test_a_digest_is_shortened_to_what_tells_it_apart() -> None:
    assert short_digest("sha256:51d5bcf9fb56d00236791a42796b35cb") == "51d5bcf9fb56"
