#!/bin/sh
# The JSON Schema that editors use takes every scenario of the gallery and refuses what it can see is wrong.
. "$SOURCE_DIR/tests/frame.sh"
cd "$SOURCE_DIR" || exit 2
python3 -c 'import jsonschema, yaml' 2>/dev/null || skip "python3-jsonschema or python3-yaml is not installed"

cat >"$work/validate.py" <<'END'
import json, sys, yaml, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = 0
for name in sys.argv[2:]:
    for error in validator.iter_errors(yaml.safe_load(open(name))):
        print(f"{name}: {list(error.path)}: {error.message[:300]}")
        wrong = 1
sys.exit(wrong)
END
"$HERDSIM" schema >"$work/schema.json"

it "every scenario of the gallery is valid"
run python3 "$work/validate.py" "$work/schema.json" scenarios/*.yaml
status_is 0

it "the scenario that new writes is valid"
(cd "$work" && "$HERDSIM" new -q first)
run python3 "$work/validate.py" "$work/schema.json" "$work/first.yaml"
status_is 0

it "what an editor can see without knowing the rest is refused"
for name in unknown-key wrong-types wrong-scalars bare-number bad-unit bad-enum negative no-server no-fleets bad-steps \
    two-reports unknown-distribution missing-parameter no-version; do
    run python3 "$work/validate.py" "$work/schema.json" "tests/bad/$name.yaml"
    status_is 1
done
finish
