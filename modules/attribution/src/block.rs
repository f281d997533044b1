//! End of a block: settle, prune, give bonds back; each at most a stated number, none can fail.

use whence_base::Ctx;

use crate::keeper;
use crate::ports::Ports;

pub(crate) fn end_block(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    keeper::settle_due(ctx, ports);
    keeper::prune_details(ctx);
    keeper::return_bonds(ctx, ports);
}
