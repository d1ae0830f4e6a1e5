// Command gitops-engines judges Kubernetes objects as GitOps tools do, by the engines of these tools.
//
// It reads one request a line, in JSON, and writes one answer a line, in their order.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const longestLine = 16 << 20

// A request names one engine, and has one object for it.
type request struct {
	// Engine is "kstatus", "flux" or "lua".
	Engine string          `json:"engine"`
	Object json.RawMessage `json:"object"`
	// Expressions are what Flux' healthCheckExprs have. Only for "flux".
	Expressions kustomize.HealthCheckExpressions `json:"expressions"`
	// Script sees the object as obj. Only for "lua".
	Script string `json:"script"`
	// Parameters are seen as actionParams. Only for "lua".
	Parameters map[string]string `json:"parameters"`
}

type answer struct {
	Status  string          `json:"status,omitempty"`
	Message string          `json:"message,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		found, err := judge(lines.Bytes())
		if err != nil {
			found = answer{Error: err.Error()}
		}
		if err := answers.Encode(found); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(line []byte) (answer, error) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{}, err
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(asked.Object); err != nil {
		return answer{}, err
	}
	switch asked.Engine {
	case "kstatus":
		return answerOf(status.Compute(object))
	case "flux":
		evaluator, err := cel.NewStatusEvaluator(&asked.Expressions)
		if err != nil {
			return answer{}, err
		}
		return answerOf(evaluator.Evaluate(context.Background(), object))
	case "lua":
		value, err := runLua(object.Object, asked.Script, asked.Parameters)
		return answer{Value: value}, err
	}
	return answer{}, fmt.Errorf("there is no engine %q", asked.Engine)
}

func answerOf(found *status.Result, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	return answer{Status: string(found.Status), Message: found.Message}, nil
}
