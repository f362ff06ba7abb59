import '@xyflow/react/dist/style.css';
import { Background, Controls, MiniMap, ReactFlow, addEdge, useEdgesState, useNodesState, type Edge, type Node, type OnConnect } from '@xyflow/react';
import { StrictMode, useCallback } from 'react';
import { createRoot } from 'react-dom/client';

/** React Flow's own stress example: its default nodes and edges, minimap and controls; laid out as the app's pipeline is. `?nodes=N&rows=R`. */
const query = new URLSearchParams(location.search);
const count = Number(query.get('nodes'));
const perRow = Number(query.get('perRow'));

const initialNodes: Node[] = Array.from({ length: count }, (_, i) => ({ id: `n${i}`, position: { x: (i % perRow) * 260, y: Math.floor(i / perRow) * 110 }, data: { label: `Node ${i}` } }));
const initialEdges: Edge[] = initialNodes.flatMap((_, i) => (i % perRow === 0 ? [] : [{ id: `e${i}`, source: `n${i - 1}`, target: `n${i}` }]));

function Stress() {
  const [nodes, , onNodesChange] = useNodesState(initialNodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(initialEdges);
  const onConnect = useCallback<OnConnect>((connection) => setEdges((before) => addEdge(connection, before)), [setEdges]);
  return (
    <ReactFlow nodes={nodes} edges={edges} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange} onConnect={onConnect} minZoom={0.05} fitView>
      <MiniMap />
      <Controls />
      <Background />
    </ReactFlow>
  );
}

const root = document.querySelector('#root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Stress />
    </StrictMode>,
  );
