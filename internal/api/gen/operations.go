package main

// operationsFile is the list of operations.
func (m *model) operationsFile() *source {
	f := &source{}
	f.printf("// Shapes lists the operations, sorted by name.")
	f.printf("var Shapes = []Shape{")
	for _, op := range m.operations {
		f.printf("{\nName: %q,", op.Name)
		if op.streams {
			f.printf("Streams: true,")
		}
		f.printf("NewInput: func() Request { return new(%s) },", op.Input.Shape)
		output := "Empty"
		if op.Output != nil {
			output = op.Output.Shape
		}
		f.printf("NewOutput: func() Response { return new(%s) },\n},", output)
	}
	f.printf("}")
	return f
}
