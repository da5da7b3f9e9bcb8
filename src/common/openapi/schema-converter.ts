import { z } from 'zod';

/** A schema as the OpenAPI document holds it, and the named ones that it refers to. */
interface ConvertedSchema {
  schema: Record<string, unknown>;
  components: Record<string, unknown>;
}

/** Turns a schema into the JSON Schema of OpenAPI 3.1; what has an `id` becomes a component. */
export function convertSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }): ConvertedSchema {
  const converted = z.toJSONSchema(schema as z.ZodType, {
    io: schemaType,
    override: ({ jsonSchema }) => {
      // The format says it; the pattern beside it is for machines without formats.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // An answer may gain members; a client that refuses those would break with every release.
      if (schemaType === 'output') delete jsonSchema.additionalProperties;
    },
  });
  // The document itself says which dialect it is in.
  delete converted.$schema;
  const { $defs = {}, ...root } = converted;
  return inComponents({ schema: root, components: $defs });
}

function inComponents(converted: ConvertedSchema): ConvertedSchema {
  return JSON.parse(JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')) as ConvertedSchema;
}
