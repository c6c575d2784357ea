from __future__ import annotations

import pytest

from provision.export.leaks import leaks

HEADER = '<set-header name="{}" exists-action="override">\n  <value>{}</value>\n</set-header>'


@pytest.mark.parametrize(
    "text",
    [
        HEADER.format("Authorization", "Bearer abcdefgh12345678"),
        HEADER.format("x-functions-key", "Zm9vYmFyYmF6"),
        HEADER.format("Ocp-Apim-Subscription-Key", "0123456789abcdef"),
        '<set-backend-service base-url="https://x.example.com/api?code=Zm9vYmFyYmF6" />',
        "https://x.example.com/?a=1&amp;sig=Zm9vYmFyYmF6%3D",
        "https://x.example.com/?subscription-key=0123456789",
        '<authentication-basic username="u" password="hunter2" />',
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=Zm9vYmFyYmF6==",
        "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=Zm9vYmFyYmF6",
        '<value>@("Basic " + "x")</value> Basic dXNlcjpwYXNzd29yZA==',
        'string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x";',
    ],
)
def test_a_secret_in_clear_is_seen(text: str) -> None:
    assert list(leaks(text))


@pytest.mark.parametrize(
    "text",
    [
        HEADER.format("Authorization", "Bearer {{token}}"),
        HEADER.format("Authorization", '@("Bearer " + (string)context.Variables["t"])'),
        HEADER.format("x-functions-key", "{{function-key}}"),
        HEADER.format("x-correlation-id", "0123456789abcdef"),
        "https://x.example.com/?code={{function-code}}",
        "https://x.example.com/?page=12345678&size=12345678",
        '<authentication-basic username="u" password="{{password}}" />',
        '<validate-jwt header-name="Authorization" require-scheme="Bearer" failed-validation-httpcode="401" />',
        "Send the token as a Bearer token.",
    ],
)
def test_what_is_none_is_not(text: str) -> None:
    assert list(leaks(text)) == []


def test_the_line_is_said_and_never_the_value() -> None:
    found = list(leaks("<a>\n" + HEADER.format("Authorization", "Bearer abcdefgh12345678") + "\n"))
    assert ("a bearer token", 3) in found
    assert "abcdefgh" not in str(found)
