// Greets.
package main

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	// Whom to greet.
	Name *string `json:"name"`
}

type answer struct {
	Greeting string `json:"greeting"`
}

// Takes `{"name": <whom to greet>}`, answers `{"greeting": <text>}`.
func handle(received event) (answer, error) {
	if received.Name == nil {
		return answer{}, errors.New(`the event needs "name": whom to greet`)
	}
	return answer{Greeting: "Hello, " + *received.Name + "!"}, nil
}

func main() {
	lambda.Start(handle)
}
