import type { Faults as Rules, Json } from "../data/types";
import { useWorkspace } from "../data/workspace";
import { FaultForm } from "./FaultForm";
import { Switches } from "./Switches";

// What goes wrong, in both pretend ends.
export function Faults({ faults, switches }: { faults: Rules; switches: Json }) {
  const { facts } = useWorkspace();
  return (
    <>
      <FaultForm
        title="Slack goes wrong"
        path="/steer/slack-faults"
        what="Web API method"
        field="method"
        places={facts.faults.slack.methods}
        first="chat.postMessage"
        kinds={facts.faults.slack.kinds}
        rules={faults.slack}
      />
      <FaultForm
        title="100ms goes wrong"
        path="/steer/hundredms-faults"
        what="100ms path"
        field="path"
        places={facts.faults.hundredms.paths}
        first="/v2/analytics/events"
        kinds={facts.faults.hundredms.kinds}
        rules={faults.hundredms}
      />
      <section aria-label="What 100ms leaves open">
        <h3>What 100ms leaves open</h3>
        <Switches switches={switches} />
      </section>
    </>
  );
}
