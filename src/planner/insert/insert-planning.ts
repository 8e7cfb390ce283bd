// What the parts of an INSERT's planning share.
import type { Insert } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import type { TextUnit } from '../text-unit.ts';

export interface InsertPlanning {
  readonly node: Insert;
  readonly context: PlanContext;
  readonly unit: TextUnit;
  readonly table: Table;
  readonly reasons: string[];
}
