// How an element that somebody pressed or picked tells of it: a message, a modal or a Home tab.
import { createContext, useContext } from "react";

export type Act = (action_id: string, value?: unknown) => Promise<unknown>;

const Context = createContext<Act>(async () => undefined);
export const ActProvider = Context.Provider;
export const useAct = () => useContext(Context);
