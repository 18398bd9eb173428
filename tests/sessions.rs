//! What the documentation shows is what the program prints.

#[test]
fn sessions_print_what_they_show() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C")
        .env("COLUMNS", "")
        .case("README.md")
        .case("docs/*.md")
        .case("tests/cli/*.md");
}
