package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

// runLua runs a script as Argo CD runs one of argocd-cm (runLua of its util/lua/lua.go): with the libraries base,
// package and table, with a small os that a script has to require, and for a second at most. There is no library of
// strings, nor one of mathematics.
func runLua(object map[string]any, script string, parameters map[string]string) (json.RawMessage, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	if err := openLibraries(state); err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(limit)
	given := state.NewTable()
	for name, value := range parameters {
		given.RawSetString(name, lua.LString(value))
	}
	state.SetGlobal("actionParams", given)
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	returned := state.Get(-1)
	if returned.Type() != lua.LTTable {
		return nil, fmt.Errorf("the script returned a %s and not a table", returned.Type())
	}
	encoded, err := luajson.Encode(returned)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		return nil, err
	}
	return json.Marshal(withEmptyObjects(value, object))
}

func openLibraries(state *lua.LState) error {
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
		{lua.OsLibName, lua.OpenOs},
	} {
		call := lua.P{Fn: state.NewFunction(library.open), NRet: 0, Protect: true}
		if err := state.CallByParam(call, lua.LString(library.name)); err != nil {
			return err
		}
	}
	hideOs(state)
	return nil
}

// hideOs leaves of os what Argo CD leaves (its util/lua/oslib_safe.go): time and date, and no global of that name.
func hideOs(state *lua.LState) {
	full, safe := state.GetGlobal(lua.OsLibName).(*lua.LTable), state.NewTable()
	for _, name := range []string{"time", "date"} {
		safe.RawSetString(name, full.RawGetString(name))
	}
	state.SetGlobal(lua.OsLibName, lua.LNil)
	loaded := state.GetField(state.GetGlobal(lua.LoadLibName), "loaded").(*lua.LTable)
	loaded.RawSetString(lua.OsLibName, safe)
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch known := value.(type) {
	case bool:
		return lua.LBool(known)
	case float64:
		return lua.LNumber(known)
	case int64:
		return lua.LNumber(known)
	case string:
		return lua.LString(known)
	case []any:
		list := state.CreateTable(len(known), 0)
		for _, item := range known {
			list.Append(toLua(state, item))
		}
		return list
	case map[string]any:
		table := state.CreateTable(0, len(known))
		for name, item := range known {
			table.RawSetString(name, toLua(state, item))
		}
		return table
	}
	return lua.LNil
}

// withEmptyObjects makes an empty list an empty object where the given object had one: Lua cannot tell them apart
// (cleanReturnedObj of Argo CD's util/lua/lua.go).
func withEmptyObjects(returned, given any) any {
	switch before := given.(type) {
	case map[string]any:
		if list, isList := returned.([]any); isList && len(list) == 0 {
			return map[string]any{}
		}
		if after, isObject := returned.(map[string]any); isObject {
			for name, item := range after {
				after[name] = withEmptyObjects(item, before[name])
			}
		}
	case []any:
		if after, isList := returned.([]any); isList {
			for index := range min(len(after), len(before)) {
				after[index] = withEmptyObjects(after[index], before[index])
			}
		}
	}
	return returned
}
