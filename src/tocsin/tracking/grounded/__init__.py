"""What is known of heights without measuring them: nothing flies below the ground."""
