"""The world outside, real and small: servers, channels and checkers that tests and the demonstration run against."""
