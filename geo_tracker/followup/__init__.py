"""What happens after a merger (后半篇文章): rules and states of its records."""
